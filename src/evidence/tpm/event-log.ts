import { createHash } from 'node:crypto';
import type { PcrSelection, PcrValues } from '../../domain/pcr-policy.ts';
import { bankOf, SHA1, SHA256, SHA384, SHA512 } from './algorithms.ts';
import { Malformed, Reader } from './reader.ts';
import { orRefuse, refuse } from './refusal.ts';

/** EV_NO_ACTION (PC Client Platform Firmware Profile, 10.4.1): recorded, and extended into nothing. */
const NO_ACTION = 3;
const HIGHEST_PCR = 23;
/** SM3 has the length of SHA-256, and may stand beside the banks that we read. */
const DIGEST_SIZES: ReadonlyMap<number, number> = new Map([
  ...[SHA1, SHA256, SHA384, SHA512].map(({ id, size }): [number, number] => [id, size]),
  [0x0012, 32],
]);

const SPEC_ID = Buffer.from('Spec ID Event03\0', 'latin1');
const STARTUP_LOCALITY = Buffer.from('StartupLocality\0', 'latin1');

/** One TCG_PCR_EVENT2 (PC Client Platform Firmware Profile, 10.2.2). */
interface LoggedEvent {
  pcr: number;
  type: number;
  digests: ReadonlyMap<number, Uint8Array>;
  data: Uint8Array;
}

/** The firmware's own log, replayed, must lead to the values that the TPM has signed. */
export function checkEventLog(
  evidence: { eventLog: Uint8Array | null; pcrValues: PcrValues },
  selection: readonly PcrSelection[],
): void {
  const { eventLog, pcrValues } = evidence;
  if (eventLog === null) return refuse('event-log-missing', 'the policy asks for an event log');
  const events = orRefuse('event-log-malformed', () => parseEventLog(eventLog));
  for (const { bank, pcrs } of selection) {
    const replayed = orRefuse('event-log-malformed', () => replay(events, bank));
    const wrong = pcrs.find((pcr) => pcrValues[bank]?.[pcr] !== replayed(pcr));
    if (wrong !== undefined) {
      refuse('event-log-mismatch', `the event log does not lead to PCR ${wrong} of ${bank}`);
    }
  }
}

/** Throws `Malformed` for anything but a whole log, event behind event. */
export function parseEventLog(bytes: Uint8Array): LoggedEvent[] {
  const reader = new Reader(bytes, 'little-endian');
  const sizes = parseHeader(reader);
  const events: LoggedEvent[] = [];
  while (reader.left > 0) events.push(parseEvent(reader, sizes));
  return events;
}

/** The first event has the form of TPM 1.2, and says which digests the others carry (10.4.5.1). */
function parseHeader(reader: Reader): ReadonlyMap<number, number> {
  const [pcr, type] = [reader.u32(), reader.u32()];
  reader.bytes(SHA1.size);
  const data = new Reader(reader.bytes(reader.u32()), 'little-endian');
  const isSpecId = Buffer.compare(data.bytes(SPEC_ID.length), SPEC_ID) === 0;
  if (pcr !== 0 || type !== NO_ACTION || !isSpecId) throw new Malformed('no Spec ID event');
  data.bytes(8); // platform class, version, errata and the size of a pointer
  const sizes = new Map<number, number>();
  for (let count = data.u32(); count > 0; count -= 1) {
    const [algorithm, size] = [data.u16(), data.u16()];
    if (DIGEST_SIZES.get(algorithm) !== size || sizes.has(algorithm)) {
      throw new Malformed('the log has digests of an unknown kind, or one kind twice');
    }
    sizes.set(algorithm, size);
  }
  if (sizes.size === 0) throw new Malformed('the log has no digests');
  data.bytes(data.u8());
  data.end();
  return sizes;
}

function parseEvent(reader: Reader, sizes: ReadonlyMap<number, number>): LoggedEvent {
  const [pcr, type, count] = [reader.u32(), reader.u32(), reader.u32()];
  if (pcr > HIGHEST_PCR) throw new Malformed(`an event is of PCR ${pcr}`);
  if (count !== sizes.size) throw new Malformed('an event lacks digests, or has too many');
  const digests = new Map<number, Uint8Array>();
  for (let left = count; left > 0; left -= 1) {
    const algorithm = reader.u16();
    const size = sizes.get(algorithm);
    if (size === undefined || digests.has(algorithm)) throw new Malformed('a digest is not known');
    digests.set(algorithm, reader.bytes(size));
  }
  return { pcr, type, digests, data: reader.bytes(reader.u32()) };
}

/** The value of each PCR of the bank after all events, in hex. */
function replay(events: readonly LoggedEvent[], bank: string): (pcr: number) => string {
  const hash = bankOf(bank);
  if (hash === undefined) throw new Malformed(`${bank} is not a bank`);
  const values = new Map<number, Uint8Array>();
  const valueOf = (pcr: number) => values.get(pcr) ?? new Uint8Array(hash.size);
  for (const { pcr, type, digests, data } of events) {
    if (type === NO_ACTION) {
      const locality = startupLocality(data);
      if (pcr === 0 && locality !== null && !values.has(0))
        values.set(0, startAt(hash.size, locality));
      continue;
    }
    const digest = digests.get(hash.id);
    if (digest === undefined) throw new Malformed(`the log has no digests of ${bank}`);
    values.set(pcr, createHash(hash.name).update(valueOf(pcr)).update(digest).digest());
  }
  return (pcr) => Buffer.from(valueOf(pcr)).toString('hex');
}

/** From which locality TPM2_Startup came, where the log says so (10.4.5.3); else null. */
function startupLocality(data: Uint8Array): number | null {
  const prefix = data.subarray(0, STARTUP_LOCALITY.length);
  const isLocality = Buffer.compare(prefix, STARTUP_LOCALITY) === 0;
  return isLocality && data.length === prefix.length + 1 ? (data.at(-1) ?? null) : null;
}

/** PCR 0 starts at the locality of the start-up. */
function startAt(size: number, locality: number): Uint8Array {
  const value = new Uint8Array(size);
  value[size - 1] = locality;
  return value;
}
