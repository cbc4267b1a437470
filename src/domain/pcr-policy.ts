/** The PCR banks that a policy may ask for, and the length of their values in bytes. */
export const BANK_BYTES = { sha256: 32, sha384: 48, sha512: 64 } as const;
export type PcrBank = keyof typeof BANK_BYTES;

/** One bank and the indexes of its PCRs, strictly ascending. */
export interface PcrSelection {
  bank: PcrBank;
  pcrs: number[];
}

/** PCR values in lower-case hex, by bank and index. */
export type PcrValues = Record<string, Record<string, string>>;

/** A PC Client TPM has 24 PCRs. */
const HIGHEST_PCR = 23;

/** Debug and application PCRs: whoever runs on the host may reset them (PC Client Platform TPM Profile, 4.6). */
const RESETTABLE: readonly number[] = [16, 23];

/** Firmware extends these at every boot: a value that was never extended proves nothing about a boot. */
const MEASURED_AT_BOOT: readonly number[] = [0, 2, 4, 7];

/** What is wrong with a selection, in one sentence; null where it asks for something that a quote can prove. */
export function selectionProblem(selection: readonly PcrSelection[]): string | null {
  if (selection.length === 0) return 'no PCR is selected';
  const banks = new Set(selection.map(({ bank }) => bank));
  if (banks.size < selection.length) return 'a bank is selected twice';
  return selection.map(bankProblem).find((problem) => problem !== null) ?? null;
}

/** What is wrong with known-good values for a selection: one of exact length is needed for every PCR of it. */
export function goldenProblem(
  selection: readonly PcrSelection[],
  golden: PcrValues,
): string | null {
  for (const { bank, pcrs } of selection) {
    for (const pcr of pcrs) {
      const problem = valueProblem(bank, pcr, own(own(golden, bank) ?? {}, String(pcr)));
      if (problem !== null) return `PCR ${pcr} of ${bank} ${problem}`;
    }
  }
  return null;
}

function bankProblem({ bank, pcrs }: PcrSelection): string | null {
  if (!Object.hasOwn(BANK_BYTES, bank)) return `${bank} is not a bank that can be trusted`;
  if (pcrs.length === 0) return `no PCR of ${bank} is selected`;
  for (const [at, pcr] of pcrs.entries()) {
    if (!Number.isInteger(pcr) || pcr < 0 || pcr > HIGHEST_PCR) return `there is no PCR ${pcr}`;
    if (RESETTABLE.includes(pcr)) return `PCR ${pcr} can be reset by whoever runs on the host`;
    if (pcr <= (pcrs[at - 1] ?? -1)) return `the PCRs of ${bank} are not strictly ascending`;
  }
  return null;
}

function valueProblem(bank: PcrBank, pcr: number, value: string | undefined): string | null {
  if (value === undefined) return 'has no known-good value';
  if (value.length !== 2 * BANK_BYTES[bank] || !/^[0-9a-f]*$/.test(value)) {
    return `must have ${2 * BANK_BYTES[bank]} lower-case hex digits`;
  }
  const neverExtended = /^(0+|f+)$/.test(value);
  return neverExtended && MEASURED_AT_BOOT.includes(pcr) ? 'was never extended' : null;
}

/** A bank may be named like something that every object inherits. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
