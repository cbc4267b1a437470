import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { thisMachine } from './adapters/custody/machine.ts';
import { readTrustedCertificates } from './adapters/timestamp/trusted-certificates.ts';
import { verifyTimestamp } from './adapters/timestamp/verify-timestamp.ts';
import type { EvidenceReading, EvidenceReport } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import { type Toucher, touched } from './domain/custody.ts';
import type { EvidenceRef, EvidenceStore } from './domain/evidence.ts';
import type { IncidentEvent } from './domain/events.ts';
import { Fault } from './domain/fault.ts';
import { openEvidenceStore } from './evidence-store.ts';
import type { Register } from './domain/ledger.ts';
import { eventIn } from './domain/recorded.ts';
import { TOOL } from './domain/tool.ts';
import type { PublicKey } from './evidence/signing-key.ts';
import type { VerifyTimestamp } from './evidence/timestamp.ts';
import { verifyCustody } from './evidence/verify-custody.ts';
import { type ManifestTime, verifyTimestamps } from './evidence/verify-timestamps.ts';
import { putOnRecord } from './intake/put-on-record.ts';
import { localPublicKey, withLedger } from './local-ledger.ts';
import { createLog } from './log.ts';

const ENTRIES_AT_ONCE = 500;

/** The store of this machine, for whoever takes evidence out of it: that is on record first, or nothing is given out. */
export async function recordedEvidence(
  env: Env,
  { incident_id, evidence, reason, account }: EvidenceReading,
): Promise<EvidenceStore> {
  const { place } = await thisMachine(Date.now);
  const toucher: Toucher = {
    key: `custody/${randomUUID()}`,
    at: new Date().toISOString(),
    who: { name: account, authority: 'account on this machine' },
    where: place,
    why: reason,
    how: { ...TOOL, options: 'export --bag' },
  };
  await withLedger(env, ({ log }) =>
    putOnRecord(log, incident_id, toucher, touched('export', toucher, evidence)),
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
  const verify = await localTimestampVerifier(env);
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

/** Null where no authority is configured. */
async function localTimestampVerifier(env: Env): Promise<VerifyTimestamp | null> {
  const file = readConfig(env).EVIDENCE_TSA_CERTIFICATES_FILE;
  return file === '' ? null : timestampVerifier(await readFile(file));
}

/** By the certificates in this PEM. Fault `bad_certificates` where there is none. */
export function timestampVerifier(pem: Uint8Array): VerifyTimestamp {
  const certificates = readTrustedCertificates(Buffer.from(pem).toString());
  return (token, bytes) => verifyTimestamp(token, bytes, certificates);
}

async function requireKey(env: Env): Promise<PublicKey> {
  const key = await localPublicKey(readConfig(env).CORDON_HOME);
  if (key !== null) return key;
  throw new Fault('key_missing', 'keys/signing.pem is gone', { retryable: false });
}

type Entries = Pick<Register, 'entriesAfter'>;

async function* manifestsIn(register: Entries): AsyncGenerator<EvidenceRef> {
  for await (const event of eventsIn(register)) {
    if (event.type === 'captured' && event.receipt !== null) yield event.receipt.manifest;
  }
}

async function* timesIn(register: Entries): AsyncGenerator<ManifestTime> {
  for await (const event of eventsIn(register)) if (event.type === 'timestamped') yield event;
}

async function* eventsIn(register: Entries): AsyncGenerator<IncidentEvent> {
  let seq = 0;
  for (;;) {
    const entries = await register.entriesAfter(seq, ENTRIES_AT_ONCE);
    if (entries.length === 0) return;
    for (const entry of entries) {
      seq = entry.seq;
      const event = eventIn(entry)?.event;
      if (event !== undefined) yield event;
    }
  }
}
