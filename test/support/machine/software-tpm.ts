import { spawnSync } from 'node:child_process';
import { onPath } from '../../../src/range/on-path.ts';
import type { Need } from './needing.ts';

const PROGRAMS = ['swtpm', 'swtpm_setup', 'swtpm_ioctl', 'tpm2_quote'];

/** The simplest question to a TPM. */
const ASKING = 'tpm2_getcap';

/** What the library for swtpm says of a TPM that is not there. Without it, nothing tries to connect. */
const LIBRARY_SPEAKS = /cannot connect to swtpm/i;

/** A software TPM, what makes one, and the tools that talk to it. */
export const softwareTpm: Need = async () => {
  const missing = PROGRAMS.find((program) => onPath(program) === null);
  const why = missing === undefined ? whyUnreachable() : `${missing} is not on PATH`;
  if (why === null) return undefined;
  return {
    what: 'a software TPM',
    why,
    remedy: 'apt-get install -y swtpm swtpm-tools tpm2-tools libtss2-tcti-swtpm0',
  };
};

function whyUnreachable(): string | null {
  const env = { PATH: process.env['PATH'], TPM2TOOLS_TCTI: 'swtpm:path=/nonexistent/tpm.sock' };
  const { stderr } = spawnSync(ASKING, ['properties-fixed'], { env, encoding: 'utf8' });
  return LIBRARY_SPEAKS.test(stderr) ? null : 'tpm2-tools lack their library for swtpm';
}
