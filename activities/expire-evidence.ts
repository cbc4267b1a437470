import { Fault } from '../src/domain/fault.ts';
import type { KeptObject, Mark } from '../src/domain/keeping.ts';
import type { Swept, SweepPage } from '../src/domain/sweeps.ts';
import { buried } from '../src/evidence/buried.ts';
import { readBack } from '../src/evidence/read-back.ts';
import { signTombstone, TOMBSTONE_MEDIA_TYPE } from '../src/evidence/tombstone.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { sweeper, trustedMs } from './sweeper.ts';
import { instantOf } from '../src/domain/instant.ts';

/** Between the tombstone and the removal, by the custody clock: the time to take a mistake back. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Takes back what is kept after all. What is gone already is recorded as that: no hold brings it back. */
export async function unmarkKept(deps: SweepDeps, page: SweepPage): Promise<Swept> {
  const { expiry } = deps.ledger;
  const trusted = await trustedMs(deps);
  const objects = await expiry.keptAfterAll(trusted, page);
  const there: string[] = [];
  const gone: string[] = [];
  for (const object of objects) {
    const isThere = object.state === 'marked' || !(await isGone(deps, object));
    (isThere ? there : gone).push(object.sha256);
  }
  const kept = sweeper(deps, 'it is kept after all');
  if (there.length > 0) await expiry.unmark(there, trusted, kept);
  if (gone.length > 0) await expiry.gone(gone, trusted, sweeper(deps, WHY));
  return { done: there.length, refused: 0, next: nextAfter(objects, page) };
}

const WHY = 'its time was over';

/** First the tombstones, then the entries that name them: a mark always has its tombstone. */
export async function markOverdue(deps: SweepDeps, page: SweepPage): Promise<Swept> {
  const { expiry } = deps.ledger;
  const trusted = await trustedMs(deps);
  const objects = await expiry.overdue(trusted, page);
  const marks: Mark[] = [];
  for (const object of objects) {
    if (object.until_ms === null) continue;
    const { sha256, until_ms } = object;
    marks.push({ sha256, until_ms, tombstone: await bury(deps, object, until_ms, trusted) });
  }
  const marked = await expiry.mark(marks, trusted, sweeper(deps, WHY));
  return { done: marked.length, refused: 0, next: nextAfter(objects, page) };
}

async function bury(
  { store, signingKey }: SweepDeps,
  { sha256, size }: KeptObject,
  untilMs: number,
  trusted: number,
): Promise<Mark['tombstone']> {
  const tombstone = {
    sha256,
    size,
    until: instantOf(untilMs),
    marked_at: instantOf(trusted),
    removable_at: instantOf(trusted + GRACE_MS),
    reason: 'retention_over',
  } as const;
  return store.put(signTombstone(tombstone, signingKey), TOMBSTONE_MEDIA_TYPE);
}

/** The decision is recorded before a byte goes, and that it is gone after it was looked for. */
export async function removeMarked(deps: SweepDeps, page: SweepPage): Promise<Swept> {
  const { expiry } = deps.ledger;
  const trusted = await trustedMs(deps);
  const decided = await expiry.decide(trusted - GRACE_MS, trusted, page, sweeper(deps, WHY));
  const gone: string[] = [];
  for (const object of decided) {
    const refusal = await remove(deps, object);
    if (refusal === '') gone.push(object.sha256);
    else deps.log.warn({ sha256: object.sha256, refusal }, 'evidence was not removed');
  }
  if (gone.length > 0) await expiry.gone(gone, trusted, sweeper(deps, WHY));
  const refused = decided.length - gone.length;
  return { done: gone.length, refused, next: nextAfter(decided, page) };
}

/** '' where it is gone; else why it is not, in one sentence. */
async function remove(deps: SweepDeps, object: KeptObject): Promise<string> {
  const { store, signingKey } = deps;
  const { sha256, until_ms, tombstone } = object;
  if (tombstone === null) return 'it has no tombstone';
  const key = signingKey.publicKey;
  const grave = await buried(sha256, until_ms, tombstone, { store, key });
  if (typeof grave === 'string') return grave;
  try {
    await store.remove(sha256);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'evidence_retained') throw error;
    return error.message;
  }
  return (await isGone(deps, object)) ? '' : 'the store still has it';
}

async function isGone({ store }: SweepDeps, object: KeptObject): Promise<boolean> {
  return (await readBack(object, store))?.reason === 'missing';
}

function nextAfter(objects: readonly KeptObject[], { limit }: SweepPage): string {
  return objects.length < limit ? '' : (objects.at(-1)?.sha256 ?? '');
}
