import { condition } from '@temporalio/workflow';
import { nextBreach, runningClocks } from '../src/domain/sla.ts';
import type { Story } from './story.ts';

/** Where no service level runs, nothing is due; a wait without any timer would still be one too many. */
const NOTHING_DUE_MS = 24 * 60 * 60 * 1_000;

/** Tells each breach of a service level, and tells it again, until the incident is over. */
export async function keepServiceLevels(story: Story): Promise<void> {
  while (!story.over) {
    const next = nextBreach(story.incident, Date.now());
    const clocks = clocksOf(story);
    const wakes = () => story.over || clocksOf(story) !== clocks;
    const waitMs = next === null ? NOTHING_DUE_MS : Math.max(1, next.dueMs - Date.now());
    const woken = await condition(wakes, waitMs);
    if (woken || next === null) continue;
    const { stage, dueMs, times } = next;
    story.tell({ type: 'sla_breached', stage, due_at: new Date(dueMs).toISOString(), times });
    await story.written();
  }
}

/** Does not depend on the time, so that only an event, and never the timer itself, counts as a change. */
function clocksOf({ incident }: Story): string {
  return JSON.stringify([runningClocks(incident), incident.sla_breaches, incident.slas.repeat_ms]);
}
