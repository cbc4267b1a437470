import { createHash } from 'node:crypto';

/** Separates our nonces from anybody else's use of the same hash. */
const DOMAIN_TAG = 'cordon/attestation-challenge/2';

/** What a nonce is made of: one attestation fits one containment of one incident on one host. */
export interface Challenge {
  /** 32 random bytes in hex. */
  salt: string;
  purpose: string;
  incident_id: string;
  host: string;
  binding: string;
  policy_digest: string;
}

/** 64 lower-case hex digits: SHA-256 over the length-prefixed parts, so that no two sets of parts are alike. */
export function challengeNonce(challenge: Challenge): string {
  const { salt, purpose, incident_id, host, binding, policy_digest } = challenge;
  const hash = createHash('sha256');
  for (const part of [DOMAIN_TAG, salt, purpose, incident_id, host, binding, policy_digest]) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('hex');
}
