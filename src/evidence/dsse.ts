import { type DsseEnvelope, dsseEnvelopeSchema } from '../domain/dsse.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

export type DsseRefusal = 'malformed' | 'foreign_key' | 'bad_signature' | 'wrong_type';

export type DsseVerdict =
  { valid: true; payload: Uint8Array } | { valid: false; reason: DsseRefusal; detail: string };

/** Signs the payload together with its type: DSSE v1 with Ed25519. */
export function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  key: SigningKey,
): DsseEnvelope {
  const signature = key.sign(preAuthEncoding(payloadType, payload));
  return envelopeOf(payloadType, payload, key.publicKey.keyId, signature);
}

/** Verifies that the key signed the envelope, and that it is of the type. Never throws. */
export function verifyEnvelope(
  envelope: unknown,
  payloadType: string,
  key: PublicKey,
): DsseVerdict {
  const parsed = dsseEnvelopeSchema.safeParse(envelope);
  if (!parsed.success) return refuse('malformed', 'not a DSSE envelope');
  const { data } = parsed;
  const payload = decodeBase64(data.payload);
  const signatures = data.signatures.map(({ sig }) => decodeBase64(sig));
  if (!payload || !signatures.every((signature) => signature !== undefined)) {
    return refuse('malformed', 'the envelope is not in base64');
  }
  const signed = preAuthEncoding(data.payloadType, payload);
  if (!signatures.some((signature) => key.verify(signed, signature))) {
    // Without authentication the key id is only a hint, and good for no more than the wording.
    return data.signatures.every(({ keyid }) => keyid !== undefined && keyid !== key.keyId)
      ? refuse('foreign_key', `signed by another key than ${key.keyId}`)
      : refuse('bad_signature', `the signature is not by key ${key.keyId} over this payload`);
  }
  if (data.payloadType !== payloadType) {
    return refuse('wrong_type', `signed as ${data.payloadType} and not as ${payloadType}`);
  }
  return { valid: true, payload };
}

/** The envelope with one signature, in the one form that we write. */
export function envelopeOf(
  payloadType: string,
  payload: Uint8Array,
  keyid: string,
  signature: Uint8Array,
): DsseEnvelope {
  const signatures = [{ keyid, sig: base64(signature) }];
  return { payloadType, payload: base64(payload), signatures };
}

/** DSSE v1, "PAE": what is signed, unambiguous without any parsing of the payload. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Standard or URL-safe, as DSSE demands of a verifier; undefined for what is neither. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const forms = [base64(bytes), bytes.toString('base64url')];
  return forms.includes(text) || forms[0] === standard(text) ? bytes : undefined;
}

function standard(urlSafe: string): string {
  return urlSafe.replaceAll('-', '+').replaceAll('_', '/');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function refuse(reason: DsseRefusal, detail: string): DsseVerdict {
  return { valid: false, reason, detail };
}
