import { join } from 'node:path';
import { verifyLedger } from './adapters/ledger/verify.ts';
import type { LedgerVerdict } from './cli/roots.ts';
import { readConfig, type Config, type Env } from './config.ts';
import type { Checkpoint } from './domain/checkpoint.ts';
import { Fault } from './domain/fault.ts';
import type { Ledger } from './domain/ledger.ts';
import { verifyCheckpoint } from './evidence/checkpoint.ts';
import { loadSigningKey, type PublicKey } from './evidence/signing-key.ts';
import { openEvidenceStore } from './evidence-store.ts';
import { openLedgerOf } from './foundation.ts';
import { readPrivateFile } from './intake/private-file.ts';
import { createLog } from './log.ts';

/** Opens the ledger of this machine for `use`, and closes it. */
export async function withLedger<T>(env: Env, use: (ledger: Ledger) => Promise<T>): Promise<T> {
  const ledger = await openLedgerOf(readConfig(env), createLog('warn', 'cordon'));
  try {
    return await use(ledger);
  } finally {
    await ledger.close();
  }
}

/** What this machine signs evidence with; null where there is no key. */
export async function localPublicKey(home: string): Promise<PublicKey | null> {
  const pem = await readPrivateFile(join(home, 'keys', 'signing.pem'));
  return pem === null ? null : loadSigningKey(pem).publicKey;
}

/** The chain, the register and every signed head of it. */
export async function verifyLocalLedger(env: Env): Promise<LedgerVerdict> {
  const config = readConfig(env);
  const ledger = await openLedgerOf(config, createLog('warn', 'cordon'));
  try {
    const heads = await signedHeads(config, ledger);
    if ('detail' in heads) return heads;
    return await verifyLedger(ledger, { checkpoints: heads.checkpoints });
  } finally {
    await ledger.close();
  }
}

async function signedHeads(
  config: Config,
  ledger: Ledger,
): Promise<{ checkpoints: Checkpoint[] } | Extract<LedgerVerdict, { valid: false }>> {
  const store = await openEvidenceStore(config, createLog('warn', 'cordon'));
  const key = await localPublicKey(config.CORDON_HOME);
  const kept = await ledger.checkpoints.all();
  if (key === null && kept.length > 0) return broken(0, 'key_missing', 'keys/signing.pem is gone');
  const checkpoints: Checkpoint[] = [];
  for (const { seq, ref } of kept) {
    try {
      const verdict = key === null ? null : verifyCheckpoint(await store.get(ref), key);
      if (verdict?.valid !== true) return broken(seq, 'bad_checkpoint', verdict?.detail ?? '');
      checkpoints.push(verdict.checkpoint);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return broken(seq, 'bad_checkpoint', error.message);
    }
  }
  return { checkpoints };
}

function broken(at_seq: number, reason: string, detail: string) {
  return { valid: false, at_seq, reason, detail } as const;
}
