import { join } from 'node:path';
import type { LedgerVerdict } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import type { Ledger } from './domain/ledger.ts';
import { loadSigningKey, type PublicKey } from './evidence/signing-key.ts';
import { openEvidenceStore } from './evidence-store.ts';
import { openLedgerOf } from './foundation.ts';
import { readPrivateFile } from './intake/private-file.ts';
import { createLog } from './log.ts';
import { verifyWithCheckpoints } from './verify-ledger.ts';

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

export async function verifyLocalLedger(env: Env): Promise<LedgerVerdict> {
  const config = readConfig(env);
  const ledger = await openLedgerOf(config, createLog('warn', 'cordon'));
  try {
    const store = await openEvidenceStore(config, createLog('warn', 'cordon'));
    const key = await localPublicKey(config.CORDON_HOME);
    return await verifyWithCheckpoints({ ledger, store, key });
  } finally {
    await ledger.close();
  }
}
