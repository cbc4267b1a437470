/** id-ce-basicConstraints, 2.5.29.19, as a DER object identifier. */
const BASIC_CONSTRAINTS = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x13]);
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/**
 * The pathLenConstraint of a certificate (RFC 5280, 4.2.1.9), which node:crypto does not tell; null where it has
 * none. What is there and cannot be read counts as 0, the strictest.
 */
export function pathLength(der: Uint8Array): number | null {
  const bytes = Buffer.from(der);
  const at = bytes.indexOf(BASIC_CONSTRAINTS);
  if (at === -1) return null;
  let rest = bytes.subarray(at + BASIC_CONSTRAINTS.length);
  if (rest[0] === BOOLEAN) rest = rest.subarray(3); // critical
  const constraints = content(content(rest, OCTET_STRING), SEQUENCE);
  const afterCa = constraints[0] === BOOLEAN ? constraints.subarray(3) : constraints;
  if (afterCa.length === 0) return null;
  const number = content(afterCa, INTEGER);
  return number.length === 1 ? (number[0] ?? 0) : 0;
}

/** The content of an element of fewer than 128 bytes; empty for any other. */
function content(bytes: Buffer, tag: number): Buffer {
  const length = bytes[1] ?? 0;
  return bytes[0] === tag && length < 0x80 ? bytes.subarray(2, 2 + length) : Buffer.alloc(0);
}
