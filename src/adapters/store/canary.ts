import { randomBytes } from 'node:crypto';
import { Fault } from '../../domain/fault.ts';
import type { StoreVerdict } from '../../domain/store-verdict.ts';
import type { Attempt, Outcome, Planted, Trial } from './trial.ts';

/** Enough to be unlike any other object. */
const CANARY_BYTES = 32;

/** What comes before all attempts: a store that did not keep what it took has refused nothing. */
const KEEP: Attempt = { name: 'keep', required: true, provenByRemoval: false };

/**
 * Keeps a tiny object and tries everything to be rid of it. What it says holds for the identity it runs as, at that
 * moment. When it is to stop, what takes time is left out. Throws the store's Faults where it could not be tried.
 */
export async function tryStore(
  trial: Trial,
  now: () => number,
  stopping: AbortSignal,
): Promise<StoreVerdict> {
  const trials = await tryAll(trial, stopping);
  const tried = trials.filter(isTried).map(({ attempt, refused, detail }) => {
    return { attempt: attempt.name, refused, detail };
  });
  const untried = trials.filter((one) => !isTried(one));
  const enforcing =
    tried.every(({ refused }) => refused) && !untried.some(({ attempt }) => attempt.required);
  const not_tried = untried.map(({ attempt, detail }) => ({ attempt: attempt.name, detail }));
  return {
    store: trial.kind,
    enforcing: enforcing && tried.length > 0,
    tried,
    not_tried: [...not_tried, ...trial.beyond],
    at: new Date(now()).toISOString(),
  };
}

interface Tried {
  attempt: Attempt;
  /** null: it could not be seen. */
  refused: boolean | null;
  detail: string;
}

function isTried(one: Tried): one is Tried & { refused: boolean } {
  return one.refused !== null;
}

/** One object for all attempts, and another one after each that did it harm. */
async function tryAll(trial: Trial, stopping: AbortSignal): Promise<Tried[]> {
  const tried: Tried[] = [];
  let planted: Planted | null = null;
  let left = '';
  try {
    for (const attempt of trial.attempts) {
      planted ??= await trial.plant(randomBytes(CANARY_BYTES));
      const outcome = await planted.attempt(attempt.name, stopping);
      const harm = await planted.harm();
      tried.push(judged(attempt, outcome, harm));
      if (harm === '') continue;
      await planted.remove();
      planted = null;
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.retryable) throw error;
    tried.push({ attempt: KEEP, refused: false, detail: error.message });
  } finally {
    left = (await planted?.remove()) ?? '';
  }
  return tried.map((one) => (left === '' ? one : unproven(one, left)));
}

/** What a store answers is one thing, what became of the object is the other. */
function judged(attempt: Attempt, { outcome, detail }: Outcome, harm: string): Tried {
  if (harm !== '') return { attempt, refused: false, detail: `${detail}; then ${harm}` };
  return { attempt, refused: outcome === 'inconclusive' ? null : outcome === 'refused', detail };
}

function unproven(one: Tried, left: string): Tried {
  if (!one.attempt.provenByRemoval || one.refused !== true) return one;
  return { ...one, refused: null, detail: `it would not go afterwards either: ${left}` };
}
