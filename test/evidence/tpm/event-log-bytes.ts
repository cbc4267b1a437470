import { BOOT, digestOf } from './boot-events.ts';

/** Identifiers of the TCG Algorithm Registry. */
export const ALGORITHMS: Record<string, number> = {
  sha1: 0x0004,
  sha256: 0x000b,
  sha384: 0x000c,
  sha512: 0x000d,
};
const SIZES: Record<string, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** EV_NO_ACTION and EV_SEPARATOR (PC Client Platform Firmware Profile, 10.4.1). */
export const NO_ACTION = 3;
const SEPARATOR = 4;

export interface LogEvent {
  pcr: number;
  type: number;
  digests: readonly (readonly [algorithm: number, digest: Uint8Array])[];
  data: Uint8Array;
}

/** A crypto-agile log of the boot of a recorded host, with a StartupLocality event where there is a locality. */
export function bootLog(banks: readonly string[], locality?: number): Buffer {
  const events = BOOT.map(([pcr, text]) => measured(banks, pcr, text));
  const first = locality === undefined ? [] : [startupLocality(banks, locality)];
  return Buffer.concat([specId(banks), ...[...first, ...events].map(eventBytes)]);
}

export function measured(banks: readonly string[], pcr: number, text: string): LogEvent {
  const digests = banks.map((bank) => [algorithm(bank), digestOf(bank, text)] as const);
  return { pcr, type: SEPARATOR, digests, data: Buffer.from(text) };
}

export function startupLocality(banks: readonly string[], locality: number): LogEvent {
  const digests = banks.map((bank) => [algorithm(bank), Buffer.alloc(SIZES[bank] ?? 0)] as const);
  const data = Buffer.concat([Buffer.from('StartupLocality\0'), Buffer.of(locality)]);
  return { pcr: 0, type: NO_ACTION, digests, data };
}

/** TCG_PCR_EVENT2 (10.2.2) */
export function eventBytes({ pcr, type, digests, data }: LogEvent): Buffer {
  const tagged = digests.flatMap(([id, digest]) => [le16(id), digest]);
  const head = [le32(pcr), le32(type), le32(digests.length)];
  return Buffer.concat([...head, ...tagged, le32(data.length), data]);
}

/** The first event: TCG_PCClientPCREvent with a TCG_EfiSpecIdEvent in it (10.4.5.1). */
export function specId(banks: readonly string[]): Buffer {
  return specIdOf(banks.map((bank) => [algorithm(bank), SIZES[bank] ?? 0]));
}

export function specIdOf(
  sizes: readonly (readonly [algorithm: number, size: number])[],
  { pcr = 0, type = NO_ACTION, signature = 'Spec ID Event03\0', vendor = '', after = '' } = {},
): Buffer {
  const data = Buffer.concat([
    Buffer.from(signature),
    Buffer.of(0, 0, 0, 0), // platform class: client
    Buffer.of(0, 2, 0, 2), // version 2.00, errata 0, pointers of 64 bits
    le32(sizes.length),
    ...sizes.flatMap(([id, size]) => [le16(id), le16(size)]),
    Buffer.of(vendor.length),
    Buffer.from(vendor + after),
  ]);
  return Buffer.concat([le32(pcr), le32(type), Buffer.alloc(20), le32(data.length), data]);
}

function algorithm(bank: string): number {
  return ALGORITHMS[bank] ?? 0;
}

export function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function le16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
