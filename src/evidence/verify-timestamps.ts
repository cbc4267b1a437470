import type { EvidenceRef } from '../domain/evidence.ts';
import type { IncidentEvent } from '../domain/events.ts';
import { sha256Hex } from './digest.ts';
import type { CustodyMeans } from './inspect-snapshot.ts';
import { orLost } from './read-back.ts';
import { stampedBytesOf, type TimestampRefusal, type VerifyTimestamp } from './timestamp.ts';

/** What the ledger says of the time of a manifest. */
export type ManifestTime = Omit<Extract<IncidentEvent, { type: 'timestamped' }>, 'type'>;

/** `other_time`: the token verifies, and says another time, or is another's, than the ledger has it. */
export type TimestampMissReason = 'missing' | 'corrupt' | 'other_time' | TimestampRefusal;

/** A token that does not prove what the ledger says. `name` and `manifest` are as in the misses of a manifest. */
export interface TimestampMiss {
  name: 'timestamp';
  manifest: string;
  sha256: string;
  reason: TimestampMissReason;
  detail: string;
}

export interface TimestampReport {
  verified: number;
  /** Tokens that nobody could check, because no authority is trusted. */
  unchecked: number;
  misses: TimestampMiss[];
}

/**
 * Reads back every token that the ledger names, and verifies it over the signature of its manifest; a manifest that
 * is lost is a miss of its own, and its token is left unchecked. Throws where the store cannot answer.
 */
export async function verifyTimestamps(
  times: Iterable<ManifestTime> | AsyncIterable<ManifestTime>,
  { store, verify }: Pick<CustodyMeans, 'store'> & { verify: VerifyTimestamp | null },
): Promise<TimestampReport> {
  const report: TimestampReport = { verified: 0, unchecked: 0, misses: [] };
  for await (const time of times) {
    const token = await readBack(time.token, store);
    const manifest = await readBack(time.manifest, store);
    if ('reason' in token) report.misses.push(missOf(time, token));
    else if ('reason' in manifest || verify === null) report.unchecked += 1;
    else {
      const found = checkTime(time, { token, manifest }, verify);
      if (found === null) report.verified += 1;
      else report.misses.push(missOf(time, found));
    }
  }
  return report;
}

type Found = Pick<TimestampMiss, 'reason' | 'detail'>;

/** Null where the token proves what the ledger says. */
export function checkTime(
  time: ManifestTime,
  { token, manifest }: { token: Uint8Array; manifest: Uint8Array },
  verify: VerifyTimestamp,
): Found | null {
  const stamped = stampedBytesOf(manifest);
  if (stamped === null) return { reason: 'wrong_imprint', detail: 'it stamps no manifest' };
  const verdict = verify(token, stamped);
  if (!verdict.valid) return { reason: verdict.reason, detail: verdict.detail };
  const said = new Date(verdict.time_ms).toISOString();
  if (said === time.time && verdict.authority === time.authority) return null;
  const detail = `it says ${said} by ${verdict.authority}, the ledger ${time.time} by ${time.authority}`;
  return { reason: 'other_time', detail };
}

async function readBack(
  address: EvidenceRef | string,
  store: Pick<CustodyMeans['store'], 'get'>,
): Promise<Uint8Array | Found> {
  const bytes = await orLost(() => store.get(address));
  if ('reason' in bytes) return bytes;
  const sha256 = typeof address === 'string' ? address : address.sha256;
  if (sha256Hex(bytes) === sha256) return bytes;
  return { reason: 'corrupt', detail: 'the bytes do not have the digest' };
}

function missOf({ manifest, token }: ManifestTime, { reason, detail }: Found): TimestampMiss {
  return { name: 'timestamp', manifest, sha256: token.sha256, reason, detail };
}
