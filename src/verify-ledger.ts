import { verifyLedger } from './adapters/ledger/verify.ts';
import type { OpenLedger } from './adapters/ledger/ledger.ts';
import type { LedgerVerdict } from './cli/roots.ts';
import type { Checkpoint } from './domain/checkpoint.ts';
import type { EvidenceStore } from './domain/evidence.ts';
import { Fault } from './domain/fault.ts';
import { verifyCheckpoint } from './evidence/checkpoint.ts';
import type { PublicKey } from './evidence/signing-key.ts';

export interface LedgerMeans {
  ledger: Pick<OpenLedger, 'checkpoints' | 'stored'>;
  store: Pick<EvidenceStore, 'get'>;
  /** Null where there is none. */
  key: PublicKey | null;
}

/** The chain, the register and every signed head of it. */
export async function verifyWithCheckpoints(means: LedgerMeans): Promise<LedgerVerdict> {
  const heads = await signedHeads(means);
  if ('detail' in heads) return heads;
  return verifyLedger(means.ledger, { checkpoints: heads.checkpoints });
}

async function signedHeads({
  ledger,
  store,
  key,
}: LedgerMeans): Promise<{ checkpoints: Checkpoint[] } | Extract<LedgerVerdict, { valid: false }>> {
  const kept = await ledger.checkpoints.all();
  if (key === null && kept.length > 0) return broken(0, 'key_missing', 'keys/signing.pem is gone');
  const checkpoints: Checkpoint[] = [];
  for (const { seq, ref } of kept) {
    try {
      const verdict = key === null ? null : verifyCheckpoint(await store.get(ref), key);
      if (verdict?.valid !== true) return broken(seq, 'bad_checkpoint', verdict?.detail ?? '');
      checkpoints.push(verdict.checkpoint);
    } catch (error) {
      if (!(error instanceof Fault) || error.retryable) throw error;
      return broken(seq, 'bad_checkpoint', error.message);
    }
  }
  return { checkpoints };
}

function broken(at_seq: number, reason: string, detail: string) {
  return { valid: false, at_seq, reason, detail } as const;
}
