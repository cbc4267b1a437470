import { Malformed } from './reader.ts';

/** The members of a value from outside, each of which must be read as what it should be. */
export type Members = ReadonlyMap<string, unknown>;

/**
 * The own members of an object, every required one there and none that is not known. Throws `Malformed`. A map,
 * because names from outside may be those that every object inherits.
 */
export function members(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Members {
  const found = entriesOf(value);
  const missing = required.find((name) => !found.has(name));
  if (missing !== undefined) throw new Malformed(`${missing} is missing`);
  const known = new Set([...required, ...optional]);
  for (const name of found.keys()) {
    if (!known.has(name)) throw new Malformed(`${JSON.stringify(name)} is not known here`);
  }
  return found;
}

export function entriesOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed('there is no object where one should be');
  }
  return new Map(Object.entries(value));
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : fail('is not a list');
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : fail('is not text');
}

export function yesOrNo(value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail('is neither true nor false');
}

/** An integer of 32 bits, as TPM counters are. */
export function counter(value: unknown): number {
  const fits = Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff_ffff;
  return fits ? Number(value) : fail('is not an unsigned integer of 32 bits');
}

/** Decimal, or hexadecimal behind `0x`, of 64 bits. */
export function u64(value: unknown, form: 'decimal' | 'hexadecimal'): bigint {
  const pattern = form === 'decimal' ? /^(0|[1-9]\d{0,19})$/ : /^0x[0-9a-f]{1,16}$/i;
  if (!pattern.test(text(value))) return fail(`is not a ${form} number of 64 bits`);
  const number = BigInt(text(value));
  return number < 1n << 64n ? number : fail('does not fit into 64 bits');
}

/** Base64 in its one canonical form (RFC 4648, 3.5); `most` bytes at the most, and never none. */
export function base64(value: unknown, most: number): Uint8Array {
  const written = text(value);
  if (written.length > 4 * Math.ceil(most / 3)) return fail(`is longer than ${most} bytes`);
  const bytes = Buffer.from(written, 'base64');
  if (bytes.toString('base64') !== written) return fail('is not canonical base64');
  return bytes.length > 0 && bytes.length <= most
    ? Uint8Array.from(bytes)
    : fail(`has ${bytes.length} bytes`);
}

/** A digest or a Name of ours: base64, or the lower-case hex in which TPM tools print them. Its length tells which. */
export function digest(value: unknown, lengths: readonly number[]): Uint8Array {
  const written = text(value);
  if (lengths.includes(written.length / 2) && /^[0-9a-f]*$/.test(written)) {
    return Uint8Array.from(Buffer.from(written, 'hex'));
  }
  const bytes = base64(written, Math.max(...lengths));
  return lengths.includes(bytes.length) ? bytes : fail(`has ${bytes.length} bytes`);
}

function fail(message: string): never {
  throw new Malformed(message);
}
