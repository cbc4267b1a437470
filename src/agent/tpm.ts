import { Fault } from '../domain/fault.ts';
import { BANK_BYTES, type PcrSelection, type PcrValues } from '../domain/pcr-policy.ts';
import { certificateIndexes, signingScheme } from './public-area.ts';
import { createKeys, type KeyMaker } from './tpm-keys.ts';
import { openBench, type AtBench, type Bench } from './tpm-tools.ts';

export interface TpmOptions {
  /** How tpm2-tools reach the TPM, such as `device:/dev/tpmrm0`. */
  tcti: string;
  /** Persistent handles, such as `0x81010020`. */
  akHandle: string;
  ekHandle: string;
}

/** `quote` is a TPMS_ATTEST, `signature` a TPMT_SIGNATURE, `akPublic` the TPM2B_PUBLIC of the key that made it. */
export interface TakenQuote {
  akPublic: Buffer;
  quote: Buffer;
  signature: Buffer;
  /** Of the key's scheme, and so of the quote's digest of PCRs. */
  hash: string;
}

/** The host's TPM. Every call throws the Faults of `tpmFault`; `tpm_key_missing` where a key is not there. */
export interface Tpm extends KeyMaker {
  /** Fault `tpm_bank_off` where the TPM keeps no such bank. */
  readPcrs(selection: readonly PcrSelection[]): Promise<PcrValues>;
  /** `nonce`: hex. */
  quote(nonce: string, selection: readonly PcrSelection[]): Promise<TakenQuote>;
  /** TPM2B_PUBLIC */
  akPublic(): Promise<Buffer>;
  ekPublic(): Promise<Buffer>;
  /** As the TPM keeps it; null where it has none for its endorsement key. */
  ekCertificate(): Promise<Buffer | null>;
  /**
   * What is in a TPM2B_ID_OBJECT with its TPM2B_ENCRYPTED_SECRET; null where it was not made for these two keys.
   */
  activate(credential: Uint8Array, secret: Uint8Array): Promise<Buffer | null>;
}

export function openTpm(options: TpmOptions): Tpm {
  const atBench: AtBench = openBench(options.tcti);
  const { akHandle, ekHandle } = options;
  return {
    readPcrs: (selection) => atBench((bench) => readPcrs(bench, selection)),
    quote: (nonce, selection) => atBench((bench) => quote(bench, akHandle, nonce, selection)),
    akPublic: () => atBench((bench) => publicOf(bench, akHandle)),
    ekPublic: () => atBench((bench) => publicOf(bench, ekHandle)),
    ekCertificate: () => atBench((bench) => ekCertificate(bench, ekHandle)),
    activate: (credential, secret) =>
      atBench((bench) => activate(bench, options, credential, secret)),
    ...createKeys(atBench, options),
  };
}

async function readPcrs(bench: Bench, selection: readonly PcrSelection[]): Promise<PcrValues> {
  await bench.run('tpm2_pcrread', selectionText(selection), '-o', 'values');
  const values = await bench.read('values');
  const size = selection.reduce((sum, { bank, pcrs }) => sum + BANK_BYTES[bank] * pcrs.length, 0);
  if (values.length !== size) {
    const message = `the TPM does not keep every PCR of ${selectionText(selection)}`;
    throw new Fault('tpm_bank_off', message, { retryable: false });
  }
  let at = 0;
  const next = (length: number) => values.toString('hex', at, (at += length));
  return Object.fromEntries(
    selection.map(({ bank, pcrs }) => [
      bank,
      Object.fromEntries(pcrs.map((pcr) => [String(pcr), next(BANK_BYTES[bank])])),
    ]),
  );
}

async function quote(
  bench: Bench,
  akHandle: string,
  nonce: string,
  selection: readonly PcrSelection[],
): Promise<TakenQuote> {
  const akPublic = await publicOf(bench, akHandle);
  const { scheme, hash } = signingScheme(akPublic);
  // The tool guesses RSASSA for any RSA key, and a TPM signs with the key's own scheme only.
  const how = ['--scheme', scheme, '-g', hash, '-m', 'quote', '-s', 'signature', '-f', 'tss'];
  const what = ['-l', selectionText(selection), '-q', nonce];
  await bench.run('tpm2_quote', '-c', akHandle, ...what, ...how);
  return {
    akPublic,
    quote: await bench.read('quote'),
    signature: await bench.read('signature'),
    hash,
  };
}

async function publicOf(bench: Bench, handle: string): Promise<Buffer> {
  if (!(await bench.finds('tpm2_readpublic', '-c', handle, '-o', 'public'))) {
    throw new Fault('tpm_key_missing', `the TPM has no key at ${handle}`, { retryable: false });
  }
  return bench.read('public');
}

async function ekCertificate(bench: Bench, ekHandle: string): Promise<Buffer | null> {
  for (const index of certificateIndexes(await publicOf(bench, ekHandle))) {
    if (await bench.finds('tpm2_nvread', index, '-C', 'o', '-o', 'certificate')) {
      return bench.read('certificate');
    }
  }
  return null;
}

/** What tpm2-tools want in front of a credential: its magic and version. */
const CREDENTIAL_HEADER = Buffer.from('badcc0de00000001', 'hex');

async function activate(
  bench: Bench,
  { akHandle, ekHandle }: TpmOptions,
  credential: Uint8Array,
  secret: Uint8Array,
): Promise<Buffer | null> {
  await bench.write('credential', Buffer.concat([CREDENTIAL_HEADER, credential, secret]));
  // The endorsement key's policy: whoever knows the (empty) secret of the endorsement hierarchy.
  await bench.run('tpm2_startauthsession', '--policy-session', '-S', 'session');
  try {
    await bench.run('tpm2_policysecret', '-S', 'session', '-c', 'endorsement');
    const keys = ['-c', akHandle, '-C', ekHandle, '-P', 'session:session'];
    const files = ['-i', 'credential', '-o', 'opened'];
    const opened = await bench.accepts('tpm2_activatecredential', ...keys, ...files);
    return opened ? await bench.read('opened') : null;
  } finally {
    // A TPM has few session slots and nobody else gives this one back.
    await bench.run('tpm2_flushcontext', 'session');
  }
}

/** As tpm2-tools and the agent's settings spell it: `sha256:0,2,4,7`, banks joined by `+`. */
function selectionText(selection: readonly PcrSelection[]): string {
  return selection.map(({ bank, pcrs }) => `${bank}:${pcrs.join(',')}`).join('+');
}
