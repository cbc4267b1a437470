import { condition } from '@temporalio/workflow';
import { epochMs } from '../../src/domain/instant.ts';
import { isWatched } from '../../src/domain/ceremony.ts';
import type { Story } from '../story.ts';

/** From now on the same again is linked to this incident, for as long as the playbook says. */
export function beginWatch(story: Story): void {
  const { playbook } = story.incident;
  if (playbook === undefined || playbook.plan.watch_ms === 0 || playbook.watched_until !== '')
    return;
  // What was no incident needs no watch.
  if (story.incident.dismissal !== undefined) return;
  const until = new Date(Date.now() + playbook.plan.watch_ms).toISOString();
  story.tell({ type: 'watch_began', until });
}

/** Resolves when the watch is over. */
export async function watch(story: Story): Promise<void> {
  const { playbook } = story.incident;
  if (playbook === undefined || !isWatched(story.incident)) return;
  await story.written();
  const leftMs = Math.max(1, epochMs(playbook.watched_until) - Date.now());
  await condition(() => false, leftMs);
  story.tell({ type: 'watch_over' });
  await story.written();
}
