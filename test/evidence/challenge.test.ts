import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { challengeNonce, type Challenge } from '../../src/evidence/challenge.ts';

const challenge: Challenge = {
  salt: 'ab'.repeat(32),
  purpose: 'reattest',
  incident_id: 'INC-20260314-120000-0000abcd',
  host: 'web-1',
  binding: 'cd'.repeat(32),
  policy_digest: 'ef'.repeat(32),
};

describe('the nonce of an attestation', () => {
  it('is SHA-256 over the tag and the parts, each after its length in four bytes', () => {
    const { salt, purpose, incident_id, host, binding, policy_digest } = challenge;
    const parts = ['cordon/attestation-challenge/2', salt, purpose, incident_id, host, binding];
    const preimage = [...parts, policy_digest].flatMap((part) => [0, 0, 0, part.length, part]);
    const hash = createHash('sha256');
    for (const piece of preimage) {
      hash.update(typeof piece === 'string' ? piece : Uint8Array.of(piece));
    }
    expect(challengeNonce(challenge)).toBe(hash.digest('hex'));
  });

  it('is the same for the same challenge', () => {
    expect(challengeNonce({ ...challenge })).toBe(challengeNonce(challenge));
    expect(challengeNonce(challenge)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['salt', 'purpose', 'incident_id', 'host', 'binding', 'policy_digest'] as const)(
    'is another for another %s',
    (part) => {
      const changed = { ...challenge, [part]: `${challenge[part]}0` };
      expect(challengeNonce(changed)).not.toBe(challengeNonce(challenge));
    },
  );

  it('is another where a letter moves from one part to the next', () => {
    const moved = { ...challenge, incident_id: 'INC-1', host: 'a-host' };
    const other = { ...challenge, incident_id: 'INC-1a', host: '-host' };
    expect(challengeNonce(moved)).not.toBe(challengeNonce(other));
  });

  it('counts a length in bytes, so that no letter of many bytes can stand for others', () => {
    const nonces = ['é', 'e\u0301', 'Ã©', ''].map((host) => challengeNonce({ ...challenge, host }));
    expect(new Set(nonces).size).toBe(4);
  });
});
