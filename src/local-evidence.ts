import { thisMachine } from './adapters/custody/machine.ts';
import type { EvidenceReading, EvidenceReport } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import { touched } from './domain/custody.ts';
import type { EvidenceStore } from './domain/evidence.ts';
import { Fault } from './domain/fault.ts';
import { openEvidenceStore } from './evidence-store.ts';
import { manifestsIn, timesIn } from './evidence/custody-entries.ts';
import type { PublicKey } from './evidence/signing-key.ts';
import { toucher } from './evidence/toucher.ts';
import { verifyCustody } from './evidence/verify-custody.ts';
import { verifyTimestamps } from './evidence/verify-timestamps.ts';
import { putOnRecord } from './intake/put-on-record.ts';
import { localPublicKey, withLedger } from './local-ledger.ts';
import { createLog } from './log.ts';
import { configuredTimestampVerifier } from './timestamp-verifier.ts';

/** The store of this machine, for whoever takes evidence out of it: that is on record first, or nothing is given out. */
export async function recordedEvidence(
  env: Env,
  { incident_id, evidence, reason, account }: EvidenceReading,
): Promise<EvidenceStore> {
  const { place } = await thisMachine(Date.now);
  const who = { name: account, authority: 'account on this machine' };
  const options = 'export --bag';
  const person = toucher({ at_ms: Date.now(), who, where: place, why: reason, options });
  await withLedger(env, ({ log }) =>
    putOnRecord(log, incident_id, person, touched('export', person, evidence)),
  );
  return localEvidence(env);
}

/** The evidence store of this machine's installation. */
export function localEvidence(env: Env): Promise<EvidenceStore> {
  return openEvidenceStore(readConfig(env), createLog('warn', 'cordon'));
}

/**
 * Reads back all that the ledger says was captured, signed and time-stamped. Faults: `key_missing` without the key,
 * `bad_certificates` where those of the authorities cannot be read.
 */
export async function verifyLocalEvidence(env: Env): Promise<EvidenceReport> {
  const store = await localEvidence(env);
  const key = await requireKey(env);
  const verify = await configuredTimestampVerifier(readConfig(env));
  return withLedger(env, async ({ register, keeping }) => {
    const tombstoneOf = async (sha256: string) => {
      const object = await keeping.object(sha256);
      // One that is only marked is still to be there.
      const isGoing = object?.state === 'removing' || object?.state === 'removed';
      return isGoing ? object.tombstone : null;
    };
    const custody = await verifyCustody(manifestsIn(register), { store, key, tombstoneOf });
    const { misses, ...timestamps } = await verifyTimestamps(timesIn(register), { store, verify });
    return { ...custody, misses: [...custody.misses, ...misses], timestamps };
  });
}

async function requireKey(env: Env): Promise<PublicKey> {
  const key = await localPublicKey(readConfig(env).CORDON_HOME);
  if (key !== null) return key;
  throw new Fault('key_missing', 'keys/signing.pem is gone', { retryable: false });
}
