import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../domain/fault.ts';

/** It searches primes for three RSA keys: under a second, on a busy machine some more. */
const MANUFACTURE_TIMEOUT_MS = 60_000;

/** A vendor's keys are nobody's business, also where the vendor is played. */
const PRIVATE_KEYS = ['signkey.pem', 'swtpm-localca-rootca-privkey.pem'];

/** From the root down: what the certificates of the TPM's endorsement keys chain to. */
const AUTHORITIES = ['swtpm-localca-rootca-cert.pem', 'issuercert.pem'];

/** Where the practice host's TPM and its vendor are. */
export function tpmFolder(home: string): string {
  return join(home, 'range', 'tpm');
}

/**
 * Makes a TPM with endorsement keys that a certificate authority of its own vouches for: `state/` is the TPM, `ca/`
 * the authority, `ek-root.pem` what a verifier needs of it. Once for each home. Fault `software_tpm_failed`.
 */
export async function manufactureTpm(home: string, localca: string): Promise<void> {
  const made = tpmFolder(home);
  if (existsSync(made)) return;
  // Whole or not at all: a half-made one would be taken for a TPM at the next start.
  const part = `${made}.part`;
  rmSync(part, { recursive: true, force: true });
  for (const folder of ['state', 'ca', 'set-up']) {
    mkdirSync(join(part, folder), { recursive: true, mode: 0o700 });
  }
  await setUp(part, writeSettings(part, localca));
  for (const key of PRIVATE_KEYS) chmodSync(join(part, 'ca', key), 0o600);
  const bundle = AUTHORITIES.map((file) => readFileSync(join(part, 'ca', file), 'utf8').trim());
  writeFileSync(join(part, 'ek-root.pem'), `${bundle.join('\n')}\n`, { mode: 0o600 });
  rmSync(join(part, 'set-up'), { recursive: true });
  renameSync(part, made);
}

/** Its file of settings: without them the authority of the whole machine would vouch, which needs root. */
function writeSettings(part: string, localca: string): string {
  const ca = (file: string) => join(part, 'ca', file);
  const write = (file: string, settings: Record<string, string>) => {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(part, 'set-up', file), lines.join(''));
    return join(part, 'set-up', file);
  };
  const options = join(part, 'set-up', 'options');
  writeFileSync(
    options,
    '--platform-manufacturer Cordon\n--platform-model practice-host\n--platform-version 1\n',
  );
  return write('setup.conf', {
    create_certs_tool: localca,
    create_certs_tool_config: write('localca.conf', {
      statedir: ca(''),
      signingkey: ca('signkey.pem'),
      issuercert: ca('issuercert.pem'),
      certserial: ca('certserial'),
    }),
    create_certs_tool_options: options,
    active_pcr_banks: 'sha256,sha384',
  });
}

async function setUp(part: string, config: string): Promise<void> {
  const where = ['--tpmstate', join(part, 'state'), '--config', config];
  const what = ['--tpm2', '--create-ek-cert', ...where, '--logfile', join(part, 'set-up', 'log')];
  try {
    await promisify(execFile)('swtpm_setup', what, { timeout: MANUFACTURE_TIMEOUT_MS });
  } catch (cause) {
    const message = 'swtpm_setup could not make the TPM of the practice host';
    throw new Fault('software_tpm_failed', message, { retryable: false, cause });
  }
}
