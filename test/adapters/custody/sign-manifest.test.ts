import { describe, expect, it } from 'vitest';
import { signManifest } from '../../../src/adapters/custody/sign-manifest.ts';
import { verifySigstoreBundle } from '../../../src/adapters/custody/verify-sigstore.ts';
import { canonicalLine } from '../../../src/evidence/canonical.ts';
import { verifyManifest } from '../../../src/evidence/manifest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../../src/evidence/signing-key.ts';
import { captureOf } from '../../evidence/captures.ts';

const key = loadSigningKey(generateSigningKeyPem());
const foreign = loadSigningKey(generateSigningKeyPem());
const signed = await signManifest(captureOf(), key);

describe('a signed manifest', () => {
  it('is a Sigstore bundle around a DSSE envelope, and the key is only named in it', () => {
    expect(JSON.parse(Buffer.from(signed).toString())).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: key.publicKey.keyId },
        timestampVerificationData: {},
      },
      dsseEnvelope: {
        payloadType: 'application/vnd.in-toto+json',
        payload: expect.any(String),
        signatures: [{ keyid: key.publicKey.keyId, sig: expect.any(String) }],
      },
    });
  });

  it('is the same whenever the same is signed', async () => {
    expect(await signManifest(captureOf(), key)).toEqual(signed);
  });

  it('is refused without an artifact', async () => {
    await expect(signManifest(captureOf([]), key)).rejects.toThrow(
      expect.objectContaining({ code: 'nothing_captured', retryable: false }),
    );
  });

  it('is not given away when the key does not sign what it was given', async () => {
    const mute = { publicKey: key.publicKey, sign: () => new Uint8Array(64) };
    await expect(signManifest(captureOf(), mute)).rejects.toThrow(
      expect.objectContaining({ code: 'manifest_unverifiable', retryable: false }),
    );
  });
});

describe('Sigstore and we', () => {
  const bundle = JSON.parse(Buffer.from(signed).toString());
  const { dsseEnvelope } = bundle;
  const [signature] = dsseEnvelope.signatures;
  const withEnvelope = (changes: object) => ({
    ...bundle,
    dsseEnvelope: { ...dsseEnvelope, ...changes },
  });
  const both = (bytes: Uint8Array, { publicKey } = key) => [
    verifyManifest(bytes, publicKey).valid,
    verifySigstoreBundle(bytes, publicKey).valid,
  ];

  it('agree that it is ours', () => {
    expect(both(signed)).toEqual([true, true]);
  });

  it('agree that it is not by a foreign key', () => {
    expect(both(signed, foreign)).toEqual([false, false]);
  });

  it.each([
    ['another payload', withEnvelope({ payload: Buffer.from('{}').toString('base64') })],
    ['another type', withEnvelope({ payloadType: 'text/plain' })],
    ['another signature', withEnvelope({ signatures: [{ ...signature, sig: 'AAAA' }] })],
    ['no signature', withEnvelope({ signatures: [] })],
    ['two signatures', withEnvelope({ signatures: [signature, signature] })],
    [
      'a hint at another key',
      { ...bundle, verificationMaterial: { publicKey: { hint: foreign.publicKey.keyId } } },
    ],
    ['no key at all', { ...bundle, verificationMaterial: {} }],
    ['no envelope', { mediaType: bundle.mediaType }],
    ['another format', { ...bundle, mediaType: 'application/json' }],
    ['nothing', null],
  ])('agree to refuse %s', (_what, changed) => {
    expect(both(canonicalLine(changed))).toEqual([false, false]);
  });

  it('agree to refuse what is no JSON', () => {
    expect(both(Buffer.from('manifest'))).toEqual([false, false]);
  });

  it('agree on changed bytes, but for what Sigstore reads more leniently', () => {
    const laxer = flips(signed).filter((bytes) => {
      const [ours, theirs] = both(bytes);
      return ours && !theirs;
    });
    expect(laxer).toEqual([]);
  });
});

/** Every seventh: enough to meet each part of the bundle many times, and each place in a base64 group. */
function flips(bytes: Uint8Array): Uint8Array[] {
  const places = [...bytes.keys()].filter((at) => at % 7 === 0);
  return places.map((at) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  });
}
