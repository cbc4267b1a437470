import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { unmetIn } from '../../src/domain/unmet.ts';
import { activeChecks } from '../../src/domain/progress.ts';
import { comparisons } from '../effects.ts';
import type { Story } from '../story.ts';

/**
 * Compares with the known-good baseline, where the playbook says so. Throws `baseline_not_met` with the list of what
 * does not pass, and `baseline_unavailable` where nothing could be compared.
 */
export async function check(story: Story): Promise<void> {
  const { playbook, id, contained_at, subject } = story.incident;
  if (playbook === undefined || story.resolved) return;
  const checks = activeChecks(playbook);
  if (checks.length === 0) return;
  const about = { incident_id: id, class: story.incident.class, subject, contained_at };
  const results = await compare({ ...about, checks });
  story.tell({ type: 'checked', results });
  await story.written();
  const unmet = unmetIn(results);
  if (unmet.length === 0) return;
  const list = unmet.map(({ check: name, verdict, detail }) => `${name}: ${verdict} (${detail})`);
  const message = `Recovery is not proved. ${list.join('; ')}`;
  throw ApplicationFailure.nonRetryable(message, 'baseline_not_met');
}

async function compare(request: Parameters<typeof comparisons.checkBaseline>[0]) {
  const summary = `compare with the baseline: ${request.checks.join(', ')}`;
  try {
    return await comparisons.checkBaseline.executeWithOptions({ summary }, [request]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const message = `Nothing could be compared: ${error.cause?.message ?? error.message}`;
    throw ApplicationFailure.nonRetryable(message, 'baseline_unavailable');
  }
}
