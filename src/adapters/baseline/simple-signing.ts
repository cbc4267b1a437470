import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';

/** What cosign signs: which image, and under which name. `specs/SIGNATURE_SPEC.md` of github.com/sigstore/cosign. */
const payloadSchema = z.looseObject({
  critical: z.looseObject({
    identity: z.looseObject({ 'docker-reference': z.string() }),
    image: z.looseObject({ 'docker-manifest-digest': z.string() }),
    type: z.literal('cosign container image signature'),
  }),
});

export interface SignedImage {
  /** Without tag and digest. */
  repository: string;
  /** `sha256:…` */
  digest: string;
}

/** The key that policy pins. Throws `bad_key`. */
export function publicKeyOf(pem: Buffer, path: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    const message = `${path} holds no public key`;
    throw new Fault('bad_key', message, { retryable: false, cause });
  }
}

/** What is wrong with a signature of the image; null for nothing. `signature` is base64. */
export function flawIn(
  { repository, digest }: SignedImage,
  payload: Buffer,
  signature: string,
  key: KeyObject,
): string | null {
  // The curve of an Ed25519 key brings its own digest.
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  if (!verify(algorithm, payload, key, Buffer.from(signature, 'base64'))) {
    return 'is not signed by the pinned key';
  }
  const said = payloadSchema.safeParse(jsonOf(payload));
  if (!said.success) return 'bears a signature that is of no image';
  const { identity, image } = said.data.critical;
  const isOfIt =
    image['docker-manifest-digest'] === digest && identity['docker-reference'] === repository;
  return isOfIt ? null : 'bears the signature of another image';
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
