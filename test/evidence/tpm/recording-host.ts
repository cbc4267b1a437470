import { randomBytes } from 'node:crypto';
import { BANKS, BOOT, digestOf, valuesAfterBoot } from './boot-events.ts';
import type { Signed } from './raw-commands.ts';
import { startTpm, type RecordingTpm } from './recording-tpm.ts';
import type { LastAccepted, QuoteDocument, Selection, Values } from './vectors.ts';

/** The PCRs that tell how a machine booted. */
export const USUAL: Selection = [{ bank: 'sha256', pcrs: [0, 2, 4, 7] }];

/** A key at a persistent handle, as `tpm2_readpublic` tells of it. */
export interface RecordedKey {
  handle: string;
  publicArea: Buffer;
  name: Buffer;
  qualifiedName: Buffer;
  hash: string;
  scheme: string;
}

export interface KeySpec {
  algorithm: string;
  hash: string;
  scheme: string;
}

export const P256: KeySpec = { algorithm: 'ecc', hash: 'sha256', scheme: 'ecdsa' };

/** The attributes of a key that signs only what its TPM has made, in the words of the tools. */
export const RESTRICTED = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign';

export interface RecordingHost {
  id: string;
  tpm: RecordingTpm;
  key: RecordedKey;
  /** `0x…`, as the quotes of the key show it. */
  firmware: string;
}

/** A host that has booted, with an attestation key below its TPM's endorsement key. The caller stops the TPM. */
export async function bootedHost(id: string, spec: KeySpec = P256): Promise<RecordingHost> {
  const tpm = await startTpm();
  await boot(tpm);
  return hostWith(tpm, id, await attestationKey(tpm, spec));
}

export async function hostWith(
  tpm: RecordingTpm,
  id: string,
  key: RecordedKey,
): Promise<RecordingHost> {
  const { quote } = await quoteBy(tpm, key, randomBytes(32), 'sha256:0');
  return { id, tpm, key, firmware: firmwareIn(quote) };
}

export async function boot(tpm: RecordingTpm): Promise<void> {
  for (const [pcr, text] of BOOT) await extend(tpm, pcr, text);
}

export async function extend(tpm: RecordingTpm, pcr: number, text: string): Promise<void> {
  const digests = BANKS.map((bank) => `${bank}=${digestOf(bank, text).toString('hex')}`);
  await tpm.run('pcrextend', `${pcr}:${digests.join(',')}`);
}

let keys = 0;

export async function attestationKey(
  tpm: RecordingTpm,
  { algorithm, hash, scheme }: KeySpec,
): Promise<RecordedKey> {
  await tpm.run('createek', '-G', 'ecc', '-c', 'ek.ctx');
  const what = ['-G', algorithm, '-g', hash, '-s', scheme];
  await tpm.run('createak', '-C', 'ek.ctx', ...what, '-c', 'ak.ctx');
  return persisted(tpm, 'ak.ctx', { hash, scheme });
}

/** An attestation key that hangs on nothing but its hierarchy: `o` the owner's, `e` the endorsement. */
export async function restrictedPrimary(
  tpm: RecordingTpm,
  hierarchy: 'o' | 'e',
): Promise<RecordedKey> {
  const how = ['-C', hierarchy, '-G', 'ecc:ecdsa-sha256:null', '-a', RESTRICTED];
  await tpm.run('createprimary', ...how, '-c', 'primary.ctx');
  return persisted(tpm, 'primary.ctx', { hash: 'sha256', scheme: 'ecdsa' });
}

/** Makes the key at that context survive resets. */
export async function persisted(
  tpm: RecordingTpm,
  context: string,
  by: Pick<KeySpec, 'hash' | 'scheme'>,
): Promise<RecordedKey> {
  const handle = `0x${(0x8101_0020 + keys).toString(16)}`;
  keys += 1;
  await tpm.run('flushcontext', '-t');
  await tpm.run('evictcontrol', '-C', 'o', '-c', context, handle);
  const files = ['-o', 'key.pub', '-n', 'key.name', '-q', 'key.qualified'];
  await tpm.run('readpublic', '-c', handle, ...files);
  await tpm.run('flushcontext', '-t');
  const [publicArea, name] = [tpm.read('key.pub'), tpm.read('key.name')];
  return { handle, publicArea, name, qualifiedName: tpm.read('key.qualified'), ...by };
}

/** `selection` in the words of the tools: `sha256:0,2+sha384:7`. */
export async function quoteBy(
  tpm: RecordingTpm,
  { handle, hash, scheme }: RecordedKey,
  nonce: Uint8Array,
  selection: string,
): Promise<Signed> {
  const question = ['-l', selection, '-q', Buffer.from(nonce).toString('hex')];
  const by = ['-c', handle, '-g', hash, '--scheme', scheme];
  await tpm.run('quote', ...by, ...question, '-m', 'quote.attest', '-s', 'quote.signature');
  return { quote: tpm.read('quote.attest'), signature: tpm.read('quote.signature') };
}

/** An honest proof; `quoted` are the PCRs that the TPM quotes where they are not those of the policy. */
export async function prove(
  host: RecordingHost,
  {
    nonce = randomBytes(32),
    selection = USUAL,
    quoted = inWords(selection),
  }: { nonce?: Buffer; selection?: Selection; quoted?: string } = {},
): Promise<QuoteDocument> {
  const signed = await quoteBy(host.tpm, host.key, nonce, quoted);
  return documentFor(host, nonce, selection, signed, await readPcrs(host.tpm, selection));
}

/** The whole input around what a TPM signed. */
export function documentFor(
  { id, key, firmware }: RecordingHost,
  nonce: Uint8Array,
  selection: Selection,
  { quote, signature }: Signed,
  values: Values,
): QuoteDocument {
  const ak_public = key.publicArea.toString('base64');
  return {
    challenge: { nonce: base64(nonce), host_id: id, expired: false, consumed: false },
    enrolment: {
      host_id: id,
      ak_public,
      ak_name: base64(key.name),
      ak_qualified_name: base64(key.qualifiedName),
      firmware_version: firmware,
    },
    policy: {
      pcr_selection: selection,
      golden_pcrs: valuesAfterBoot(selection),
      require_clock_safe: false,
    },
    last_accepted: null,
    evidence: {
      quote: base64(quote),
      signature: base64(signature),
      pcr_values: values,
      ak_public,
    },
  };
}

export async function readPcrs(tpm: RecordingTpm, selection: Selection): Promise<Values> {
  const values: Values = {};
  for (const { bank, pcrs } of selection) {
    const text = await tpm.run('pcrread', `${bank}:${pcrs.join(',')}`);
    const lines = text.matchAll(/(\d+) *: 0x([0-9A-F]+)/g);
    values[bank] = Object.fromEntries([...lines].map(([, pcr, hex]) => [pcr, hex?.toLowerCase()]));
  }
  return values;
}

export function inWords(selection: Selection): string {
  return selection.map(({ bank, pcrs }) => `${bank}:${pcrs.join(',')}`).join('+');
}

/** What is to be kept of a proof that was accepted. Read by place, so that nothing under test is used. */
export function lastAccepted({ evidence }: QuoteDocument): LastAccepted {
  const quote = Buffer.from(evidence.quote, 'base64');
  const at = clockAt(quote);
  return {
    clock: String(quote.readBigUInt64BE(at)),
    reset_count: quote.readUInt32BE(at + 8),
    restart_count: quote.readUInt32BE(at + 12),
    safe: quote.readUInt8(at + 16) === 1,
  };
}

function firmwareIn(quote: Buffer): string {
  const at = clockAt(quote) + 17;
  return `0x${quote.toString('hex', at, at + 8)}`;
}

/** Behind the magic, the type, and two TPM2B. */
function clockAt(quote: Buffer): number {
  const extra = 8 + quote.readUInt16BE(6);
  return extra + 2 + quote.readUInt16BE(extra);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
