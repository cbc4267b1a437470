import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64,
  preAuthEncoding,
  signEnvelope,
  verifyEnvelope,
} from '../../src/evidence/dsse.ts';
import {
  generateSigningKeyPem,
  loadPublicKey,
  loadSigningKey,
} from '../../src/evidence/signing-key.ts';

// RFC 8032, 7.1, TEST 1: the secret key and the public key that belongs to it, in their DER wrappings.
const RFC8032_SECRET = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const RFC8032_PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const TYPE = 'http://example.com/HelloWorld';
const PAYLOAD = Buffer.from('hello world');

const key = loadSigningKey(generateSigningKeyPem());
const foreign = loadSigningKey(generateSigningKeyPem());

describe('the pre-authentication encoding', () => {
  it('is that of the DSSE specification', () => {
    expect(Buffer.from(preAuthEncoding(TYPE, PAYLOAD)).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts bytes and not characters', () => {
    expect(Buffer.from(preAuthEncoding('é', Buffer.from('€'))).toString()).toBe('DSSEv1 2 é 3 €');
  });
});

describe('an envelope', () => {
  const envelope = signEnvelope(TYPE, PAYLOAD, key);
  const signature = envelope.signatures[0]?.sig ?? '';

  it('is verified and gives back its payload', () => {
    const verdict = verifyEnvelope(envelope, TYPE, key.publicKey);
    expect(verdict).toEqual({ valid: true, payload: PAYLOAD });
  });

  it('is verified in URL-safe base64, and without a key id', () => {
    const urlSafe = {
      payloadType: TYPE,
      payload: PAYLOAD.toString('base64url'),
      signatures: [{ sig: Buffer.from(signature, 'base64').toString('base64url') }],
    };
    expect(verifyEnvelope(urlSafe, TYPE, key.publicKey).valid).toBe(true);
  });

  it('is verified when one of several signatures is ours', () => {
    const [other] = signEnvelope(TYPE, PAYLOAD, foreign).signatures;
    const both = { ...envelope, signatures: [other, ...envelope.signatures] };
    expect(verifyEnvelope(both, TYPE, key.publicKey).valid).toBe(true);
  });

  it.each([
    ['another payload', { ...envelope, payload: 'aGVsbG8gd29ybGU=' }, 'bad_signature'],
    ['another type', { ...envelope, payloadType: 'text/plain' }, 'bad_signature'],
    ['a signature of no length', { ...envelope, signatures: [{ sig: 'AA==' }] }, 'bad_signature'],
    ['no signature', { ...envelope, signatures: [] }, 'malformed'],
    ['a payload that is not base64', { ...envelope, payload: '!' }, 'malformed'],
    ['a member too many', { ...envelope, extra: 1 }, 'malformed'],
    ['nothing', undefined, 'malformed'],
    ['text', 'envelope', 'malformed'],
  ])('is refused with %s', (_what, changed, reason) => {
    expect(verifyEnvelope(changed, TYPE, key.publicKey)).toMatchObject({ valid: false, reason });
  });

  it('is refused under a foreign key', () => {
    const verdict = verifyEnvelope(envelope, TYPE, foreign.publicKey);
    expect(verdict).toMatchObject({ valid: false, reason: 'foreign_key' });
  });

  it('is refused as another type than was signed', () => {
    const verdict = verifyEnvelope(envelope, 'text/plain', key.publicKey);
    expect(verdict).toMatchObject({ valid: false, reason: 'wrong_type' });
  });
});

describe('base64', () => {
  it('is decoded in either alphabet, padded or not', () => {
    for (const text of ['+/8=', '-_8=', '-_8'])
      expect(decodeBase64(text)).toEqual(Buffer.from([0xfb, 0xff]));
  });

  it.each(['+/9=', '+/8', 'A', ' AA==', 'AA==\n', 'A*=='])('is refused as %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});

describe('a key', () => {
  it('is that of RFC 8032, and signs as it says there', () => {
    const der = Buffer.from(`302e020100300506032b657004220420${RFC8032_SECRET}`, 'hex');
    const pem = createPrivateKey({ key: der, type: 'pkcs8', format: 'der' })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
    const known = loadSigningKey(Buffer.from(pem));
    const spki = Buffer.from(known.publicKey.pem.split('\n').slice(1, -2).join(''), 'base64');
    expect(spki.toString('hex')).toBe(`302a300506032b6570032100${RFC8032_PUBLIC}`);
    expect(Buffer.from(known.sign(Buffer.alloc(0))).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
        '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });

  it('is known by the same id from either part', () => {
    expect(loadPublicKey(key.publicKey.pem).keyId).toBe(key.publicKey.keyId);
    expect(key.publicKey.keyId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('shows no private part when it is printed', () => {
    expect(JSON.stringify(key)).not.toContain('PRIVATE');
    expect(Object.keys(key)).toEqual(['publicKey', 'sign']);
  });

  it.each([
    ['rubbish', 'secret rubbish'],
    ['nothing', ''],
    [
      'another kind of key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    ],
  ])('is refused from %s without being quoted', (_what, pem) => {
    for (const load of [loadSigningKey, loadPublicKey]) {
      expect(() => load(pem)).toThrow(
        expect.objectContaining({
          code: 'bad_key',
          message: expect.not.stringContaining('rubbish'),
        }),
      );
    }
  });
});
