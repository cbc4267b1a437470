import { describe, expect, it } from 'vitest';
import { signManifest } from '../../src/adapters/custody/sign-manifest.ts';
import { canonicalLine } from '../../src/evidence/canonical.ts';
import { buildManifest, MANIFEST_MEDIA_TYPE, verifyManifest } from '../../src/evidence/manifest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { signStatement, type Statement } from '../../src/evidence/statement.ts';
import { captureOf } from './captures.ts';

const key = loadSigningKey(generateSigningKeyPem());
const manifest = captureOf();
const statement = buildManifest(manifest);
const signed = await signManifest(manifest, key);

/** What only the holder of the key could have written. */
function signedAnyway(changed: Statement): Uint8Array {
  return canonicalLine({
    mediaType: MANIFEST_MEDIA_TYPE,
    verificationMaterial: {
      publicKey: { hint: key.publicKey.keyId },
      timestampVerificationData: {},
    },
    dsseEnvelope: signStatement(changed, key),
  });
}

describe('the statement of a capture', () => {
  it('is about every object as it is kept, under the name of its artifact', () => {
    expect(statement.predicateType).toBe('urn:cordon:forensic-capture:v1');
    expect(statement.subject).toEqual(
      manifest.artifacts.map(({ name, stored: { sha256 } }) => ({ name, digest: { sha256 } })),
    );
  });

  it.each([
    [
      'two artifacts of one name',
      /one name/,
      { artifacts: [manifest.artifacts[0], manifest.artifacts[0]] },
    ],
    [
      'a name that leads elsewhere',
      /plain name/,
      { artifacts: [{ ...manifest.artifacts[0], name: '../x' }] },
    ],
    ['a member too many', /extra/, { extra: 1 }],
  ])('is not made with %s', (_what, problem, changes) => {
    expect(() => buildManifest({ ...manifest, ...(changes as object) })).toThrow(problem);
  });
});

describe('verifying a manifest', () => {
  it('gives it back as it was signed', () => {
    expect(verifyManifest(signed, key.publicKey)).toEqual({ valid: true, manifest });
  });

  it('finds every changed byte of it', () => {
    const believed = [...signed.keys()].filter((at) => {
      const changed = Uint8Array.from(signed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return verifyManifest(changed, key.publicKey).valid;
    });
    // The key id of the envelope is a hint, which nobody signs; all else is refused.
    const keyId = Buffer.from(signed).indexOf(`"keyid":"`) + 9;
    expect(believed.filter((at) => at < keyId || at >= keyId + 64)).toEqual([]);
  });

  it.each([
    ['of something else', { ...statement, predicateType: 'urn:x' }, 'wrong_type'],
    ['without its predicate', { ...statement, predicate: {} }, 'malformed'],
    ['about one object less', { ...statement, subject: [statement.subject[0]] }, 'malformed'],
    [
      'about one more',
      { ...statement, subject: [...statement.subject, statement.subject[0]] },
      'malformed',
    ],
    [
      'about another object',
      { ...statement, subject: [{ name: 'x', digest: { sha256: '00'.repeat(32) } }] },
      'malformed',
    ],
  ])('refuses a statement %s', (_what, changed, reason) => {
    const verdict = verifyManifest(signedAnyway(changed as Statement), key.publicKey);
    expect(verdict).toMatchObject({ valid: false, reason });
  });

  it('believes the same bytes that were written by hand', () => {
    expect(signedAnyway(statement)).toEqual(signed);
  });

  it.each(['', 'x', 'null\n', '{}\n'])('refuses %j', (text) => {
    expect(verifyManifest(Buffer.from(text), key.publicKey)).toMatchObject({ reason: 'malformed' });
  });
});
