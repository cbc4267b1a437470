import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { epochMs } from '../domain/instant.ts';
import type { Tombstone } from '../domain/tombstone.ts';
import { orLost } from './read-back.ts';
import type { PublicKey } from './signing-key.ts';
import { verifyTombstone } from './tombstone.ts';

export interface BurialMeans {
  store: Pick<EvidenceStore, 'get'>;
  key: PublicKey;
}

/**
 * The tombstone of an object that is gone, where it is valid and the object had been kept for as long as it was
 * promised: `dueMs`, of which null is for ever. In one sentence, what is wrong with it where it is not.
 */
export async function buried(
  sha256: string,
  dueMs: number | null,
  ref: EvidenceRef,
  { store, key }: BurialMeans,
): Promise<Tombstone | string> {
  if (dueMs === null) return 'it was to be kept for ever';
  const bytes = await orLost(() => store.get(ref));
  if ('reason' in bytes) return `its tombstone ${ref.sha256} is ${bytes.reason}`;
  const verdict = verifyTombstone(bytes, sha256, key);
  if (!verdict.valid) return `its tombstone ${ref.sha256} is refused: ${verdict.detail}`;
  // That it was marked after its date is part of the shape of a tombstone.
  if (epochMs(verdict.tombstone.until) < dueMs) {
    return `its tombstone ${ref.sha256} is of before its time`;
  }
  return verdict.tombstone;
}
