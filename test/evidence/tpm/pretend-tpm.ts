import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { BOOT, valuesAfterBoot } from './boot-events.ts';
import { selectionList, sized, u16, u32, u64, u8 } from './tpm-bytes.ts';
import type { QuoteDocument, Selection } from './vectors.ts';

/** What tpm2_createak gives a key: fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign. */
export const AK_ATTRIBUTES = 0x0005_0072;
const NULL = u16(0x0010);
const ECDSA_SHA256 = Buffer.concat([u16(0x0018), u16(0x000b)]);
const RSASSA_SHA256 = Buffer.concat([u16(0x0014), u16(0x000b)]);
const SELECTION: Selection = [{ bank: 'sha256', pcrs: [0, 2, 4, 7] }];

interface AreaParts {
  type: number;
  nameAlg: number;
  attributes: number;
  policy: Uint8Array;
  symmetric: Uint8Array;
  scheme: Uint8Array;
  /** Bytes behind the structure, within its TPM2B. */
  after: Uint8Array;
}

const PARTS = {
  nameAlg: 0x000b,
  attributes: AK_ATTRIBUTES,
  policy: Buffer.of(),
  symmetric: NULL,
  after: Buffer.of(),
};

/** TPM2B_PUBLIC of an ECC key, any part of which may be what no TPM would make. */
export function eccArea(
  point: { x: Uint8Array; y: Uint8Array },
  parts: Partial<AreaParts> & { curve?: number; kdf?: Uint8Array } = {},
): Buffer {
  const { curve = 3, kdf = NULL } = parts;
  const unique = [u16(curve), kdf, sized(point.x), sized(point.y)];
  return area({ ...PARTS, type: 0x0023, scheme: ECDSA_SHA256, ...parts }, Buffer.concat(unique));
}

/** TPM2B_PUBLIC of an RSA key. */
export function rsaArea(
  modulus: Uint8Array,
  parts: Partial<AreaParts> & { bits?: number; exponent?: number } = {},
): Buffer {
  const { bits = modulus.length * 8, exponent = 0 } = parts;
  const unique = Buffer.concat([u16(bits), u32(exponent), sized(modulus)]);
  return area({ ...PARTS, type: 0x0001, scheme: RSASSA_SHA256, ...parts }, unique);
}

function area(parts: AreaParts, unique: Uint8Array): Buffer {
  const { type, nameAlg, attributes, policy, symmetric, scheme, after } = parts;
  const head = [u16(type), u16(nameAlg), u32(attributes), sized(policy), symmetric, scheme];
  return sized(Buffer.concat([...head, unique, after]));
}

/** The point of a key on a NIST curve. */
export function pointOf(key: KeyObject): { x: Buffer; y: Buffer } {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
}

const QUOTE = {
  magic: 0xff54_4347,
  type: 0x8018,
  qualifiedSigner: Buffer.concat([u16(0x000b), Buffer.alloc(32, 1)]),
  extraData: Buffer.alloc(32, 2),
  clock: u64(1_000n),
  resets: 5,
  restarts: 0,
  safe: 1,
  firmware: u64(0x2019_1023_0016_3636n),
  selections: selectionList([[0x000b, '950000']]),
  digest: digestAfterBoot(),
  after: Buffer.of(),
};

/** TPMS_ATTEST of a host after its boot, any part of which may be what no TPM would make. */
export function attestBytes(parts: Partial<typeof QUOTE> = {}): Buffer {
  const all = { ...QUOTE, ...parts };
  return Buffer.concat([
    u32(all.magic),
    u16(all.type),
    sized(all.qualifiedSigner),
    sized(all.extraData),
    all.clock,
    u32(all.resets),
    u32(all.restarts),
    u8(all.safe),
    all.firmware,
    all.selections,
    sized(all.digest),
    all.after,
  ]);
}

/** A P-256 key in a program that signs whatever it is told, enrolled as if it were in a TPM. */
export function pretendTpm(): {
  publicArea: Buffer;
  /** TPMT_SIGNATURE */
  signature: (bytes: Uint8Array) => Buffer;
  /** A document around those bytes, with the values and the nonce that a good quote has. */
  prove: (attest: Uint8Array) => QuoteDocument;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicArea = eccArea(pointOf(publicKey));
  const signature = (bytes: Uint8Array) => {
    const rs = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return Buffer.concat([ECDSA_SHA256, sized(rs.subarray(0, 32)), sized(rs.subarray(32))]);
  };
  return {
    publicArea,
    signature,
    prove: (attest) => documentAround(publicArea, attest, signature(attest)),
  };
}

function documentAround(publicArea: Buffer, quote: Uint8Array, signature: Buffer): QuoteDocument {
  const ak_public = publicArea.toString('base64');
  const values = valuesAfterBoot(SELECTION);
  return {
    challenge: {
      nonce: QUOTE.extraData.toString('hex'),
      host_id: 'web-1',
      expired: false,
      consumed: false,
    },
    enrolment: {
      host_id: 'web-1',
      ak_public,
      ak_name: nameOf(publicArea).toString('hex'),
      ak_qualified_name: null,
      firmware_version: null,
    },
    policy: { pcr_selection: SELECTION, golden_pcrs: values, require_clock_safe: true },
    last_accepted: null,
    evidence: {
      quote: Buffer.from(quote).toString('base64'),
      signature: signature.toString('base64'),
      pcr_values: values,
      ak_public,
    },
  };
}

/** By SHA-256, of the TPM2B_PUBLIC. */
export function nameOf(publicArea: Uint8Array): Buffer {
  const digest = createHash('sha256').update(publicArea.subarray(2)).digest();
  return Buffer.concat([u16(0x000b), digest]);
}

function digestAfterBoot(): Buffer {
  const { sha256 = {} } = valuesAfterBoot(SELECTION);
  const hash = createHash('sha256');
  for (const pcr of new Set(BOOT.map(([of]) => of))) {
    hash.update(Buffer.from(sha256[pcr] ?? '', 'hex'));
  }
  return hash.digest();
}
