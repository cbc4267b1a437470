import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { Fault } from '../domain/fault.ts';
import { digestOfChunks } from './digest.ts';

/** Why an object is not what was put there. */
export interface Lost {
  reason: 'missing' | 'corrupt';
  detail: string;
}

/**
 * Reads an object and believes no digest that the store reports; null where it is what it was. Throws what keeps the
 * store from answering: an object that cannot be read is not one that is lost.
 */
export async function readBack(
  { sha256, size }: Pick<EvidenceRef, 'sha256' | 'size'>,
  store: Pick<EvidenceStore, 'read'>,
): Promise<Lost | null> {
  const found = await orLost(() => digestOfChunks(store.read(sha256)));
  if ('reason' in found) return found;
  if (found.sha256 === sha256 && found.size === size) return null;
  const detail = `found ${found.size} bytes with the digest ${found.sha256}`;
  return { reason: 'corrupt', detail };
}

/** What the store says of an object that is lost is an answer; any other failure is thrown on. */
export async function orLost<Found>(read: () => Promise<Found>): Promise<Found | Lost> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === 'evidence_missing') return { reason: 'missing', detail: error.message };
    if (error.code === 'evidence_corrupt') return { reason: 'corrupt', detail: error.message };
    throw error;
  }
}
