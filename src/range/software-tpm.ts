import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../domain/fault.ts';
import { onPath } from './on-path.ts';
import { bootMeasurements } from './practice-boot.ts';
import { startSwtpm } from './swtpm.ts';
import { manufactureTpm, tpmFolder } from './tpm-manufacture.ts';

/** The programs without which the practice host has no TPM, and what installs them. */
export const TPM_TOOLS = ['swtpm', 'swtpm_setup', 'swtpm_localca', 'swtpm_ioctl', 'tpm2_pcrextend'];
export const TPM_REMEDY = 'apt-get install -y swtpm swtpm-tools tpm2-tools libtss2-tcti-swtpm0';

/** A tool needs 20 ms; one that waits for another client longer than this never gets its turn. */
const TOOL_TIMEOUT_MS = 5_000;

/** The TPM of the practice host, as somebody with the machine in his hands can treat it. */
export interface SoftwareTpm {
  /** How tpm2-tools reach it. */
  tcti: string;
  /** `digest`: 64 hex digits, into the sha256 bank. */
  extend(pcr: number, digest: string): Promise<void>;
  /** Boots the practice host again: the reset count rises by one, and the PCRs are as after any boot. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the TPM of the practice host on this home, and boots. Faults: `software_tpm_missing`, which says how to get
 * one, `software_tpm_failed`, `socket_path_too_long`.
 */
export async function startSoftwareTpm({
  home,
  log,
}: {
  home: string;
  log: (message: string) => void;
}): Promise<SoftwareTpm> {
  const localca = findTools();
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
  await manufactureTpm(home, localca);
  const swtpm = await startSwtpm(join(tpmFolder(home), 'state'), join(home, 'run', 'tpm.sock'));
  const tcti = `swtpm:path=${swtpm.socket}`;
  try {
    await boot(tcti);
  } catch (error) {
    await swtpm.stop();
    throw error;
  }
  log('the practice host has booted with its software TPM');
  return {
    tcti,
    extend: (pcr, digest) => extend(tcti, pcr, digest),
    reset: async () => {
      await run(tcti, 'tpm2_shutdown', '-c');
      await swtpm.reset();
      await run(tcti, 'tpm2_startup', '-c');
      await boot(tcti);
    },
    stop: async () => {
      // Without it the clock of the TPM is not to be trusted for a while, as after a power cut.
      await run(tcti, 'tpm2_shutdown', '-c').catch(() => undefined);
      await swtpm.stop();
    },
  };
}

/** The path of the certificate tool, which swtpm_setup must be given. */
function findTools(): string {
  const missing = TPM_TOOLS.find((program) => onPath(program) === null);
  const localca = onPath('swtpm_localca');
  if (missing === undefined && localca !== null) return localca;
  const message = `the practice host has no TPM, because ${missing} is not installed: ${TPM_REMEDY}`;
  throw new Fault('software_tpm_missing', message, { retryable: false });
}

async function boot(tcti: string): Promise<void> {
  // Three power cuts and the TPM suspects somebody of guessing; a range may be killed more often than that.
  await run(tcti, 'tpm2_dictionarylockout', '--clear-lockout');
  for (const { pcr, digest } of bootMeasurements()) await extend(tcti, pcr, digest);
}

function extend(tcti: string, pcr: number, digest: string): Promise<void> {
  return run(tcti, 'tpm2_pcrextend', `${pcr}:sha256=${digest}`);
}

async function run(tcti: string, tool: string, ...args: string[]): Promise<void> {
  const env = { PATH: process.env['PATH'], TPM2TOOLS_TCTI: tcti, TSS2_LOG: 'all+NONE' };
  try {
    await promisify(execFile)(tool, args, { env, timeout: TOOL_TIMEOUT_MS, killSignal: 'SIGKILL' });
  } catch (cause) {
    const message = `${tool} fails on the software TPM; what it needs: ${TPM_REMEDY}`;
    throw new Fault('software_tpm_failed', message, { retryable: false, cause });
  }
}
