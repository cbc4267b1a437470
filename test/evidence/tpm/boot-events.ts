import { createHash } from 'node:crypto';
import type { Selection, Values } from './vectors.ts';

/** What the recorded hosts measure when they boot: a PCR, and the text of which every bank gets the digest. */
export const BOOT: readonly (readonly [pcr: number, text: string])[] = [
  [0, 'firmware volume'],
  [0, 'separator'],
  [2, 'option rom'],
  [4, 'boot loader'],
  [4, 'kernel'],
  [7, 'secure boot on'],
];

export const BANKS = ['sha256', 'sha384', 'sha512'] as const;
const SIZES: Record<string, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** The values that the PCRs of the selection have after the boot, started from that locality. */
export function valuesAfterBoot(selection: Selection, locality = 0): Values {
  const ofBank = (bank: string, pcrs: number[]) =>
    Object.fromEntries(pcrs.map((pcr) => [pcr, valueAfterBoot(bank, pcr, locality)]));
  return Object.fromEntries(selection.map(({ bank, pcrs }) => [bank, ofBank(bank, pcrs)]));
}

function valueAfterBoot(bank: string, pcr: number, locality: number): string {
  let value = Buffer.alloc(SIZES[bank] ?? 0);
  if (pcr === 0) value[value.length - 1] = locality;
  // Those of a dynamic launch start with every bit set (PC Client Platform TPM Profile, 4.6).
  if (pcr >= 17 && pcr <= 22) value.fill(0xff);
  for (const [of, text] of BOOT) {
    if (of !== pcr || bank === 'sha1') continue;
    value = createHash(bank).update(value).update(digestOf(bank, text)).digest();
  }
  return value.toString('hex');
}

export function digestOf(bank: string, text: string): Buffer {
  return createHash(bank).update(text).digest();
}
