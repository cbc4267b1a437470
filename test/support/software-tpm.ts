import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openTpm, type Tpm } from '../../src/agent/tpm.ts';
import type { QuoteAnswer } from '../../src/domain/host-agent.ts';
import type { PcrSelection, PcrValues } from '../../src/domain/pcr-policy.ts';
import { parsePublic } from '../../src/evidence/tpm/public.ts';
import { type QuoteVerdict, verifyQuote } from '../../src/evidence/tpm/quote.ts';
import { bootMeasurements } from '../../src/range/practice-boot.ts';
import { startSwtpm, type Swtpm } from '../../src/range/swtpm.ts';

/** As the firmware of a PC measures. */
export const SELECTION: PcrSelection[] = [{ bank: 'sha256', pcrs: [0, 2, 4, 7] }];

export const EK_HANDLE = '0x81010001';
export const AK_HANDLE = '0x81010020';

/** A software TPM without any key, in a directory of its own, whose host has booted. */
export interface BlankTpm {
  tcti: string;
  open(akHandle?: string): Tpm;
  extend(pcr: number, digest: string): Promise<void>;
  power: Pick<Swtpm, 'reset'>;
  stop(): Promise<void>;
}

export async function startBlankTpm(): Promise<BlankTpm> {
  // Sockets below it must have short paths.
  const home = mkdtempSync(join(tmpdir(), 't-'));
  mkdirSync(join(home, 'state'));
  const swtpm = await startSwtpm(join(home, 'state'), join(home, 's'));
  const tcti = `swtpm:path=${swtpm.socket}`;
  const extend = (pcr: number, digest: string) =>
    tool(tcti, 'tpm2_pcrextend', `${pcr}:sha256=${digest}`);
  for (const { pcr, digest } of bootMeasurements()) await extend(pcr, digest);
  return {
    tcti,
    open: (akHandle = AK_HANDLE) => openTpm({ tcti, akHandle, ekHandle: EK_HANDLE }),
    extend,
    power: swtpm,
    stop: async () => {
      await swtpm.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export async function tool(tcti: string, name: string, ...args: string[]): Promise<void> {
  const env = { PATH: process.env['PATH'], TPM2TOOLS_TCTI: tcti, TSS2_LOG: 'all+NONE' };
  await promisify(execFile)(name, args, { env, timeout: 10_000 });
}

/** What a verifier says of the answer that enrolled the key and expects these values. */
export function verdictOn(
  answer: QuoteAnswer,
  expected: { akPublic: Uint8Array; nonce: string; golden: PcrValues; selection?: PcrSelection[] },
): QuoteVerdict {
  const akPublic = Buffer.from(expected.akPublic);
  const challenge = { nonce: expected.nonce, host_id: 'h', expired: false, consumed: false };
  return verifyQuote({
    challenge,
    enrolment: {
      host_id: 'h',
      ak_public: akPublic.toString('base64'),
      ak_name: Buffer.from(parsePublic(akPublic).name).toString('hex'),
      ak_qualified_name: null,
      firmware_version: null,
    },
    policy: {
      pcr_selection: expected.selection ?? SELECTION,
      golden_pcrs: expected.golden,
      require_clock_safe: false,
    },
    last_accepted: null,
    evidence: {
      quote: answer.quote,
      signature: answer.signature,
      pcr_values: answer.pcr_values,
      ak_public: answer.ak_public,
    },
  });
}

/** The accepted quote's count of resets; -1 where it was refused. */
export function resetCountIn(verdict: QuoteVerdict): number {
  return verdict.accepted ? verdict.quoted.clock.reset_count : -1;
}
