import { join } from 'node:path';
import { openLocalDirectory } from './adapters/store/local-directory.ts';
import { readConfig, type Env } from './config.ts';
import type { EvidenceRef, EvidenceStore } from './domain/evidence.ts';
import { Fault } from './domain/fault.ts';
import type { Register } from './domain/ledger.ts';
import { eventIn } from './domain/recorded.ts';
import type { PublicKey } from './evidence/signing-key.ts';
import { verifyCustody, type CustodyReport } from './evidence/verify-custody.ts';
import { localPublicKey, withLedger } from './local-ledger.ts';

const ENTRIES_AT_ONCE = 500;

/** The evidence store of this machine's installation. */
export function localEvidence(env: Env): Promise<EvidenceStore> {
  const root = join(readConfig(env).CORDON_HOME, 'evidence');
  return openLocalDirectory({ root, now: Date.now });
}

/** Reads back all that the ledger says was captured and signed. Throws Fault `key_missing` without the key. */
export async function verifyLocalEvidence(env: Env): Promise<CustodyReport> {
  const store = await localEvidence(env);
  const key = await requireKey(env);
  return withLedger(env, ({ register }) => verifyCustody(manifestsIn(register), { store, key }));
}

async function requireKey(env: Env): Promise<PublicKey> {
  const key = await localPublicKey(readConfig(env).CORDON_HOME);
  if (key !== null) return key;
  throw new Fault('key_missing', 'keys/signing.pem is gone', { retryable: false });
}

async function* manifestsIn(register: Pick<Register, 'entriesAfter'>): AsyncGenerator<EvidenceRef> {
  let seq = 0;
  for (;;) {
    const entries = await register.entriesAfter(seq, ENTRIES_AT_ONCE);
    if (entries.length === 0) return;
    for (const entry of entries) {
      seq = entry.seq;
      const event = eventIn(entry)?.event;
      if (event?.type === 'captured' && event.receipt !== null) yield event.receipt.manifest;
    }
  }
}
