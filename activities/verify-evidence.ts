import type { KeptObject } from '../src/domain/keeping.ts';
import type { VerificationFindings } from '../src/domain/sweeps.ts';
import { buried } from '../src/evidence/buried.ts';
import { MANIFEST_MEDIA_TYPE, verifyManifest } from '../src/evidence/manifest.ts';
import { readBack } from '../src/evidence/read-back.ts';
import type { SweepDeps, Violation } from './sweep-deps.ts';
import { NOTHING_FOUND, tell, violation } from './violations.ts';

/** Everything is read back within so many days, a run each day; one that fails is made up for. */
const WITHIN_DAYS = 7;

export async function shareOfToday({ ledger }: SweepDeps): Promise<number> {
  return Math.ceil((await ledger.rota.count()) / (WITHIN_DAYS - 1));
}

/** Chain continuity, the register as its projection, and the checkpoints with their signatures. */
export async function verifyLedger(deps: SweepDeps): Promise<VerificationFindings> {
  const verdict = await deps.walkLedger();
  if (verdict.valid) return { ...NOTHING_FOUND, entries: verdict.count };
  const { reason, detail, at_seq, incident_id } = verdict;
  const at = at_seq === undefined ? (incident_id ?? '') : `entry ${at_seq}`;
  const unreported = await tell(deps, [violation('ledger', { reason, at }, detail)]);
  return { ...NOTHING_FOUND, misses: 1, unreported };
}

/** Reads back those whose turn it is: each by its digest, manifests by their signatures too. */
export async function verifyObjects(
  deps: SweepDeps,
  { limit }: { limit: number },
): Promise<VerificationFindings> {
  const objects = await deps.ledger.rota.next(limit);
  const found: Violation[] = [];
  let bytes = 0;
  for (const object of objects) {
    const miss = await missOf(deps, object);
    if (miss === null) bytes += object.size;
    else found.push(violation('evidence', { ...miss, at: object.sha256 }, miss.detail));
  }
  const unreported = await tell(deps, found);
  await deps.ledger.rota.done(objects.map(({ sha256 }) => sha256));
  return { ...NOTHING_FOUND, objects: objects.length, bytes, misses: found.length, unreported };
}

interface Missed {
  reason: string;
  detail: string;
}

async function missOf(deps: SweepDeps, object: KeptObject): Promise<Missed | null> {
  const { store, signingKey, ledger } = deps;
  if (object.state === 'removed') return missingTombstone(deps, object);
  const lost = await readBack(object, store);
  if (lost !== null) {
    // The sweep of retention goes on beside this one: what counts is what is decided by now.
    const now = (await ledger.keeping.object(object.sha256)) ?? object;
    const isLeaving = now.state === 'removing' || now.state === 'removed';
    return isLeaving && lost.reason === 'missing' ? missingTombstone(deps, now) : lost;
  }
  if (object.media_type !== MANIFEST_MEDIA_TYPE) return null;
  const verdict = verifyManifest(await store.get(object.sha256), signingKey.publicKey);
  return verdict.valid ? null : verdict;
}

/** Of what is gone the tombstone is what must be there, and valid. Its date held when it was decided. */
async function missingTombstone(
  { store, signingKey }: SweepDeps,
  { sha256, tombstone }: KeptObject,
): Promise<Missed | null> {
  if (tombstone === null) return { reason: 'missing', detail: 'it is gone without a tombstone' };
  const grave = await buried(sha256, 0, tombstone, { store, key: signingKey.publicKey });
  return typeof grave === 'string' ? { reason: 'bad_tombstone', detail: grave } : null;
}
