/** `INC-YYYYMMDD-HHMMSS-xxxxxxxx`: UTC to the second, then 4 random bytes. */
export function incidentId(nowMs: number, random: Uint8Array): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().split('T');
  const suffix = Buffer.from(random.subarray(0, 4)).toString('hex');
  return `INC-${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${suffix}`;
}
