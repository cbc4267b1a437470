import { createHmac } from 'node:crypto';
import type { QuoteRefusal } from '../../../src/evidence/tpm/refusal.ts';
import { attestBytes, pretendTpm } from './pretend-tpm.ts';
import { selectionList, sized, u16, u32 } from './tpm-bytes.ts';
import { documentOf, type QuoteDocument } from './vectors.ts';

/** A good proof spoiled in one way, for which no TPM is needed. */
export interface Case {
  name: string;
  reason: QuoteRefusal;
  input: () => unknown;
}

const P256 = 'ECDSA on P-256 over SHA-256';
const RSASSA = 'RSASSA of 2048 bits over SHA-256';
const RSAPSS = 'RSAPSS of 2048 bits over SHA-256';
const TWO_BANKS = 'a quote over two banks';

/** TPMT_SIGNATURE: the scheme, the hash, and what each scheme has behind them. */
const ecdsa = (r: Uint8Array, s: Uint8Array) => signed(0x0018, 0x000b, sized(r), sized(s));
const ZEROS = Buffer.alloc(32);
const ORDER = Buffer.from(
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  'hex',
);

export const SIGNATURE_CASES: readonly Case[] = [
  bySignature('no signature', 'sig-alg-mismatch', P256, () => u16(0x0010)),
  bySignature('another scheme of RSA', 'sig-alg-mismatch', RSASSA, (s) => relabelled(s, 0x0016)),
  bySignature('PKCS #1 for a key of PSS', 'sig-alg-mismatch', RSAPSS, (s) => relabelled(s, 0x0014)),
  bySignature('ECDAA for a key of ECDSA', 'sig-alg-mismatch', P256, (s) => relabelled(s, 0x001a)),
  bySignature('SHA-1 in the header', 'hash-alg-mismatch', P256, (s) =>
    relabelled(s, 0x0018, 0x0004),
  ),
  bySignature('SHA-384 in the header', 'hash-alg-mismatch', P256, (s) =>
    relabelled(s, 0x0018, 0x000c),
  ),
  bySignature('an HMAC with the public key as its key', 'sig-alg-mismatch', P256, hmac),
  bySignature('r and s of zero', 'signature-invalid', P256, () => ecdsa(ZEROS, ZEROS)),
  bySignature('r and s of no bytes', 'signature-invalid', P256, () =>
    ecdsa(ZEROS.subarray(32), ZEROS.subarray(32)),
  ),
  bySignature('r and s of one', 'signature-invalid', P256, () => ecdsa(u16(1), u16(1))),
  bySignature('r and s of the order', 'signature-invalid', P256, () => ecdsa(ORDER, ORDER)),
  bySignature('r longer than the curve', 'signature-malformed', P256, longer),
  bySignature('bytes behind ECDSA', 'signature-malformed', P256, (s) => Buffer.concat([s, u16(0)])),
  bySignature('bytes behind RSASSA', 'signature-malformed', RSASSA, (s) =>
    Buffer.concat([s, u16(0)]),
  ),
  bySignature('RSA of no bytes', 'signature-malformed', RSASSA, () =>
    signed(0x0014, 0x000b, sized(Buffer.of())),
  ),
  bySignature('RSA of zeros', 'signature-invalid', RSASSA, () =>
    signed(0x0014, 0x000b, sized(Buffer.alloc(256))),
  ),
  bySignature('RSA with a byte before it', 'signature-malformed', RSASSA, (s) =>
    signed(0x0014, 0x000b, sized(Buffer.concat([Buffer.of(0), s.subarray(6)]))),
  ),
];

/** By a key in a program: a TPM makes no such bytes. */
export const ATTEST_CASES: readonly Case[] = [
  byAttest('a byte behind the quote', 'attest-malformed', { after: Buffer.of(0) }),
  byAttest('more selections than bytes', 'attest-malformed', { selections: u32(0xffff_ffff) }),
  byAttest('more selections than any TPM has banks', 'attest-malformed', { selections: many(17) }),
  byAttest('a clock neither safe nor unsafe', 'attest-malformed', { safe: 2 }),
  byAttest('a signer longer than any Name', 'attest-malformed', {
    qualifiedSigner: Buffer.alloc(67),
  }),
  byAttest('a digest longer than any', 'attest-malformed', { digest: Buffer.alloc(65) }),
  byAttest('another nonce', 'nonce-mismatch', { extraData: Buffer.alloc(32, 3) }),
  byAttest('a mask of four bytes', 'pcr-selection-mismatch', {
    selections: selectionList([[0x000b, '95000000']]),
  }),
  byAttest('a mask of one byte', 'pcr-selection-mismatch', {
    selections: selectionList([[0x000b, '95']]),
  }),
  byAttest('another magic', 'bad-magic', { magic: 0xff54_4348 }),
  byAttest('another type', 'wrong-type', { type: 0x8017 }),
  byAttest('a digest of SHA-1', 'pcr-digest-mismatch', { digest: Buffer.alloc(20) }),
];

export const VALUE_CASES: readonly Case[] = [
  byValues('a value missing', P256, ({ sha256 }) => delete sha256?.['7']),
  byValues('a value too many', P256, ({ sha256 = {} }) => (sha256['8'] = '00'.repeat(32))),
  byValues('a bank too many', P256, (all) => (all['sha1'] = { 0: '00'.repeat(20) })),
  byValues('an empty bank too many', P256, (all) => (all['sha384'] = {})),
  byValues('no bank', P256, (all) => delete all['sha256']),
  byValues('another bank', TWO_BANKS, (all) => {
    all['sha512'] = all['sha384'] ?? {};
    delete all['sha384'];
  }),
  byValues('31 bytes and 33, which are 64 all the same', P256, ({ sha256 = {} }) => {
    const both = `${sha256['0']}${sha256['2']}`;
    Object.assign(sha256, { 0: both.slice(0, 62), 2: both.slice(62) });
  }),
  byValues('no bytes and 64', P256, ({ sha256 = {} }) => {
    Object.assign(sha256, { 0: '', 2: `${sha256['0']}${sha256['2']}` });
  }),
  {
    ...byValues('two values swapped', P256, ({ sha256 = {} }) => {
      Object.assign(sha256, { 0: sha256['2'], 2: sha256['0'] });
    }),
    reason: 'pcr-digest-mismatch',
  },
];

/** One for each reason at least that is neither of the quote nor of its signature. */
export const DOCUMENT_CASES: readonly Case[] = [
  byChange('no policy', 'policy-invalid', (input) => Object.assign(input, { policy: null })),
  byChange('no enrolment', 'policy-invalid', (input) => Object.assign(input, { enrolment: null })),
  byChange('no challenge', 'nonce-unknown', (input) => Object.assign(input, { challenge: null })),
  byChange('no evidence', 'malformed-evidence', (input) =>
    Object.assign(input, { evidence: null }),
  ),
  byChange('a Name that is not of the key', 'ak-not-enrolled', ({ enrolment }) => {
    enrolment.ak_name = `000b${'00'.repeat(32)}`;
  }),
];

export const CASES: readonly Case[] = [
  ...SIGNATURE_CASES,
  ...ATTEST_CASES,
  ...VALUE_CASES,
  ...DOCUMENT_CASES,
];

function byChange(
  name: string,
  reason: QuoteRefusal,
  change: (input: QuoteDocument) => unknown,
  vector = P256,
): Case {
  const input = () => {
    const document = documentOf(vector);
    change(document);
    return document;
  };
  return { name, reason, input };
}

function bySignature(
  name: string,
  reason: QuoteRefusal,
  vector: string,
  change: (signature: Buffer, input: QuoteDocument) => Uint8Array,
): Case {
  const forge = (input: QuoteDocument) => {
    const original = Buffer.from(input.evidence.signature, 'base64');
    input.evidence.signature = Buffer.from(change(original, input)).toString('base64');
  };
  return byChange(name, reason, forge, vector);
}

function byAttest(
  name: string,
  reason: QuoteRefusal,
  parts: Parameters<typeof attestBytes>[0],
): Case {
  return { name, reason, input: () => pretendTpm().prove(attestBytes(parts)) };
}

function byValues(
  name: string,
  vector: string,
  change: (values: QuoteDocument['evidence']['pcr_values']) => unknown,
): Case {
  const forge = ({ evidence }: QuoteDocument) => change(evidence.pcr_values);
  return byChange(name, 'pcr-values-malformed', forge, vector);
}

function signed(scheme: number, hash: number, ...values: readonly Uint8Array[]): Buffer {
  return Buffer.concat([u16(scheme), u16(hash), ...values]);
}

function relabelled(signature: Buffer, scheme: number, hash = 0x000b): Buffer {
  return signed(scheme, hash, signature.subarray(4));
}

function hmac(_: Buffer, { evidence }: QuoteDocument): Buffer {
  const key = Buffer.from(evidence.ak_public, 'base64');
  const digest = createHmac('sha256', key).update(Buffer.from(evidence.quote, 'base64')).digest();
  return signed(0x0005, 0x000b, digest);
}

/** The same number, written with a zero before it. */
function longer(signature: Buffer): Buffer {
  const end = 6 + signature.readUInt16BE(4);
  const r = Buffer.concat([Buffer.alloc(33 - (end - 6)), signature.subarray(6, end)]);
  return signed(0x0018, 0x000b, sized(r), signature.subarray(end));
}

function many(count: number): Buffer {
  return selectionList(Array.from({ length: count }, () => [0x000b, '950000'] as const));
}
