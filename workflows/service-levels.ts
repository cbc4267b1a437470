import { condition } from '@temporalio/workflow';
import { nextBreach, runningClocks } from '../src/domain/sla.ts';
import type { Story } from './story.ts';

/** Where no service level runs, nothing is due; a wait without any timer would still be one too many. */
const NOTHING_DUE_MS = 24 * 60 * 60 * 1_000;

/**
 * Tells each breach of a service level, and tells it again, until the incident is over. One timer serves all: it is
 * left to run when its own stage is done, and replaced only by an earlier one.
 */
export async function keepServiceLevels(story: Story): Promise<void> {
  while (!story.over) {
    const next = nextBreach(story.incident, Date.now());
    const dueMs = next?.dueMs ?? Date.now() + NOTHING_DUE_MS;
    const woken = await condition(
      () => story.over || dueSooner(story, dueMs),
      Math.max(1, dueMs - Date.now()),
    );
    if (woken || next === null || !isRunning(story, next.stage)) continue;
    const { stage, times } = next;
    story.tell({ type: 'sla_breached', stage, due_at: new Date(dueMs).toISOString(), times });
    await story.written();
  }
}

function dueSooner({ incident }: Story, dueMs: number): boolean {
  const next = nextBreach(incident, Date.now());
  return next !== null && next.dueMs < dueMs;
}

function isRunning({ incident }: Story, stage: string): boolean {
  return runningClocks(incident).some((clock) => clock.stage === stage);
}
