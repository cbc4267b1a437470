import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { X509Certificate } from '@sigstore/core';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signManifest } from '../../../src/adapters/custody/sign-manifest.ts';
import { timestampNonce, timestampQuery } from '../../../src/adapters/timestamp/query.ts';
import { readAnswer } from '../../../src/adapters/timestamp/token.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../../src/evidence/signing-key.ts';
import { stampedBytesOf } from '../../../src/evidence/timestamp.ts';
import { captureOf } from '../../evidence/captures.ts';
import { makeTsa, type Tsa } from '../../support/tsa.ts';

const key = loadSigningKey(generateSigningKeyPem());
const ALWAYS = { start: new Date(0), end: new Date('9999-01-01') };

let tsa: Tsa;
beforeAll(async () => {
  tsa = await makeTsa();
});
afterAll(() => tsa.remove());

/** A stranger's Sigstore, which trusts our key and this authority, and wants one time stamp. */
function sigstore(): Verifier {
  const pems = [readFileSync(join(tsa.directory, 'tsa.crt'), 'utf8'), tsa.root];
  const trust = {
    certificateAuthorities: [],
    timestampAuthorities: [
      { certChain: pems.map((pem) => X509Certificate.parse(pem)), validFor: ALWAYS },
    ],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: createPublicKey(key.publicKey.pem), validFor: () => true }),
  };
  return new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 1 });
}

it('a manifest with its token is a Sigstore bundle with a time stamp, as the format means it', async () => {
  const manifest = await signManifest(captureOf(), key);
  const stamped = stampedBytesOf(manifest) ?? new Uint8Array();
  const query = timestampQuery(stamped, timestampNonce(Buffer.alloc(16, 0xff)));
  const answer = readAnswer(await tsa.reply(query));
  if (answer === null || !('token' in answer)) throw new Error('openssl did not stamp');

  const bundle = JSON.parse(Buffer.from(manifest).toString());
  const signedTimestamp = Buffer.from(answer.token.bytes).toString('base64');
  const verify = () => sigstore().verify(toSignedEntity(bundleFromJSON(bundle)));
  expect(verify).toThrow('expected 1 timestamps');
  bundle.verificationMaterial.timestampVerificationData = {
    rfc3161Timestamps: [{ signedTimestamp }],
  };
  expect(verify).not.toThrow();
});
