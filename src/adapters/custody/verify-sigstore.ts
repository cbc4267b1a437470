import { createPublicKey } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import {
  type KeyFinderFunc,
  toSignedEntity,
  type TrustMaterial,
  VerificationError,
  Verifier,
} from '@sigstore/verify';
import type { PublicKey } from '../../evidence/signing-key.ts';

export type SigstoreVerdict = { valid: true } | { valid: false; detail: string };

/** Nobody else vouches for our own key: no public log, no certificate, no time stamp. */
const NONE_NEEDED = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };

/** Verifies the signature of a Sigstore bundle as Sigstore does, under our key. It does not look at what was signed. */
export function verifySigstoreBundle(bytes: Uint8Array, key: PublicKey): SigstoreVerdict {
  try {
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()));
    new Verifier(trustIn(key), NONE_NEEDED).verify(toSignedEntity(bundle));
    return { valid: true };
  } catch (error) {
    // Whatever it stumbles over, it did not verify these bytes.
    return { valid: false, detail: error instanceof Error ? error.message : 'not verified' };
  }
}

function trustIn(key: PublicKey): TrustMaterial {
  return {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: findOnly(key),
  };
}

function findOnly({ keyId, pem }: PublicKey): KeyFinderFunc {
  return (hint) => {
    if (hint === keyId) return { publicKey: createPublicKey(pem), validFor: () => true };
    const message = `signed by another key than ${keyId}`;
    throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message });
  };
}
