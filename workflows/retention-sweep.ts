import type { RetentionFindings, Swept, SweepPage } from '../src/domain/sweeps.ts';
import { custody } from './sweep-effects.ts';

/** Objects in one step: its entries are written in one transaction, for which everybody else waits. */
const BATCH = 50;

/** Steps of one kind in one run, well below what a history holds; the next run goes on. */
const MOST_BATCHES = 200;

/** Takes back marks that no longer hold, marks what is over its date, removes what was marked a day ago. */
export async function retentionSweep(): Promise<RetentionFindings> {
  await custody.advanceClock();
  const unmarked = await inBatches((page) => custody.unmarkKept(page));
  const removed = await inBatches((page) => custody.removeMarked(page));
  const marked = await inBatches((page) => custody.markOverdue(page));
  const findings = {
    marked: marked.done,
    unmarked: unmarked.done,
    removed: removed.done,
    refused: removed.refused,
    unfinished: [unmarked, removed, marked].some(({ next }) => next !== ''),
  };
  await custody.retentionFinished(findings);
  return findings;
}

async function inBatches(sweep: (page: SweepPage) => Promise<Swept>): Promise<Swept> {
  let total: Swept = { done: 0, refused: 0, next: '' };
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const { done, refused, next } = await sweep({ after: total.next, limit: BATCH });
    total = { done: total.done + done, refused: total.refused + refused, next };
    if (next === '') break;
  }
  return total;
}
