import { createHash } from 'node:crypto';

/** What the firmware of a PC measures its parts into. */
const BOOT_PCRS = [0, 2, 4, 7] as const;

const NEVER_EXTENDED = Buffer.alloc(32);

/** What a boot of the practice host measures into each PCR of its sha256 bank: the same in every installation. */
export function bootMeasurements(): { pcr: number; digest: string }[] {
  return BOOT_PCRS.map((pcr) => ({
    pcr,
    digest: measurement(`practice host: firmware, PCR ${pcr}`),
  }));
}

/** What these PCRs hold after a boot and before anything else was measured. */
export function bootValues(): Record<string, string> {
  return Object.fromEntries(
    bootMeasurements().map(({ pcr, digest }) => [
      String(pcr),
      createHash('sha256').update(NEVER_EXTENDED).update(digest, 'hex').digest('hex'),
    ]),
  );
}

/** What no boot measures: a PCR that was extended with it is another than it should be. */
export function strangeMeasurement(): string {
  return measurement('practice host: something else');
}

function measurement(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
