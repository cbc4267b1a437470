import type { EvidenceStore } from '../domain/evidence.ts';
import type { Ledger } from '../domain/ledger.ts';
import { CHECKPOINT_MEDIA_TYPE, signCheckpoint } from '../evidence/checkpoint.ts';
import type { SigningKey } from '../evidence/signing-key.ts';
import type { Log } from './log.ts';

/** How much of the ledger's tail could be cut without a checkpoint beyond the cut: a minute's. */
const EVERY_MS = 60_000;

export interface CheckpointerDeps {
  ledger: Pick<Ledger, 'register' | 'checkpoints'>;
  store: EvidenceStore;
  key: SigningKey;
  now(): number;
  log: Log;
}

/** Signs the ledger's head into the evidence store, every minute in which it has moved, and when stopped. */
export function startCheckpointer(deps: CheckpointerDeps): { stop(): Promise<void> } {
  let last = 0;
  const sign = async () => {
    try {
      last = await checkpoint(deps, last);
    } catch (error) {
      deps.log.warn({ err: error }, 'the ledger head could not be signed');
    }
  };
  const timer = setInterval(() => void sign(), EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await sign();
    },
  };
}

/** Signs the head where it is beyond `last`; returns the sequence that is signed now. */
export async function checkpoint(deps: CheckpointerDeps, last: number): Promise<number> {
  const head = await deps.ledger.register.head();
  if (head === null || head.seq <= last) return last;
  const at = new Date(deps.now()).toISOString();
  const bytes = signCheckpoint({ ...head, at, entries_count: head.seq }, deps.key);
  const ref = await deps.store.put(bytes, CHECKPOINT_MEDIA_TYPE);
  await deps.ledger.checkpoints.add(head.seq, ref);
  return head.seq;
}
