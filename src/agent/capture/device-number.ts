/** `major:minor` of a device number as stat(2) has it, makedev(3). */
export function deviceOf(number: bigint): string {
  const { major, minor } = splitDevice(number);
  return `${major}:${minor}`;
}

export function splitDevice(number: bigint): { major: number; minor: number } {
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffff_ff00n);
  return { major: Number(major), minor: Number(minor) };
}
