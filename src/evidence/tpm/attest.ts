import { Malformed, Reader } from './reader.ts';
import { orRefuse, refuse } from './refusal.ts';

/** TPM_GENERATED_VALUE (part 2, 6.2): a TPM signs no bytes of others that begin so. */
const MAGIC = 0xff544347;
/** TPM_ST_ATTEST_QUOTE (part 2, 6.9) */
const QUOTE = 0x8018;

/** A Name, or a qualifying datum, is at most an algorithm and a SHA-512 digest. */
const MOST_TAGGED_BYTES = 66;
const MOST_DIGEST_BYTES = 64;
/** More banks than any TPM has, and few enough that a count promises no memory. */
const MOST_SELECTIONS = 16;

/** The TPM's idea of time (TPMS_CLOCK_INFO, part 2, 10.11.1). `clock` in milliseconds. */
export interface TpmClock {
  clock: bigint;
  reset_count: number;
  restart_count: number;
  safe: boolean;
}

/** TPMS_PCR_SELECTION: PCR i is bit i & 7 of byte i >> 3. */
export interface SignedSelection {
  hash: number;
  mask: Uint8Array;
}

/** A TPMS_ATTEST (part 2, 10.12.12) that is a quote. */
export interface Attest {
  qualifiedSigner: Uint8Array;
  extraData: Uint8Array;
  clock: TpmClock;
  firmware: bigint;
  selections: SignedSelection[];
  pcrDigest: Uint8Array;
}

/** Reads the bytes of a quote whose signature holds. A TPM2B around it is never stripped: that is another structure. */
export function parseAttest(bytes: Uint8Array): Attest {
  return orRefuse('attest-malformed', () => {
    const reader = new Reader(bytes);
    if (reader.u32() !== MAGIC) refuse('bad-magic', 'the signed bytes were not made by a TPM');
    if (reader.u16() !== QUOTE) refuse('wrong-type', 'the TPM attests to something else than PCRs');
    const attest = {
      qualifiedSigner: reader.sized(MOST_TAGGED_BYTES),
      extraData: reader.sized(MOST_TAGGED_BYTES),
      clock: clockOf(reader),
      firmware: reader.u64(),
      selections: selectionsOf(reader),
      pcrDigest: reader.sized(MOST_DIGEST_BYTES),
    };
    reader.end();
    return attest;
  });
}

function clockOf(reader: Reader): TpmClock {
  const clock = reader.u64();
  const reset_count = reader.u32();
  const restart_count = reader.u32();
  const safe = reader.u8();
  // TPMI_YES_NO (part 2, 9.2) has two values.
  if (safe > 1) throw new Malformed('the clock is neither safe nor unsafe');
  return { clock, reset_count, restart_count, safe: safe === 1 };
}

function selectionsOf(reader: Reader): SignedSelection[] {
  const count = reader.u32();
  if (count > MOST_SELECTIONS) throw new Malformed(`${count} banks are selected`);
  return Array.from({ length: count }, () => {
    const hash = reader.u16();
    return { hash, mask: reader.bytes(reader.u8()) };
  });
}
