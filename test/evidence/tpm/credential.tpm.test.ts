import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCredential } from '../../../src/evidence/tpm/credential.ts';
import { parsePublic, type PublicArea } from '../../../src/evidence/tpm/public.ts';
import { attestationKey, P256, type RecordedKey } from './recording-host.ts';
import { startTpm, type RecordingTpm } from './recording-tpm.ts';
import { u32 } from './tpm-bytes.ts';

/** What tpm2_makecredential writes before the structures, and its version. */
const FILE_HEAD = Buffer.concat([u32(0xbadc_c0de), u32(1)]);

let tpm: RecordingTpm;
let key: RecordedKey;

beforeAll(async () => {
  tpm = await startTpm();
  key = await attestationKey(tpm, P256);
});
afterAll(() => tpm.stop());

/** The P-384 key that hardware certifies is made by no `tpm2_createek` of Debian 12. */
const P384_STORAGE = [
  ...['-G', 'ecc384:null:aes256cfb', '-g', 'sha384'],
  ...['-a', 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|decrypt'],
];

const ENDORSEMENT = [
  ['RSA of 2048 bits', ['createek', '-G', 'rsa'], true],
  ['ECC on P-256', ['createek', '-G', 'ecc'], true],
  ['ECC on P-384', ['createprimary', '-C', 'e', ...P384_STORAGE], false],
] as const;

describe.each(ENDORSEMENT)('a credential for %s', (_name, [tool, ...how], byPolicy) => {
  let endorsement: PublicArea;

  beforeAll(async () => {
    await tpm.run(tool, ...how, '-c', 'endorsement.ctx');
    await tpm.run('readpublic', '-c', 'endorsement.ctx', '-o', 'endorsement.pub');
    endorsement = parsePublic(tpm.read('endorsement.pub'));
    await tpm.run('flushcontext', '-t');
  });

  it('is opened by the TPM that has the key and the object', async () => {
    const secret = randomBytes(32);
    expect((await activated(credentialFor(key.name, secret))).equals(secret)).toBe(true);
  });

  it('is not opened for an object with another Name', async () => {
    const { name } = parsePublic(tpm.read('endorsement.pub'));
    await expect(activated(credentialFor(name, randomBytes(32)))).rejects.toThrow(/integrity/);
  });

  it('is not opened where a bit of it was changed', async () => {
    const file = credentialFor(key.name, randomBytes(32));
    file[FILE_HEAD.length + 8] = (file[FILE_HEAD.length + 8] ?? 0) ^ 1;
    await expect(activated(file)).rejects.toThrow(/integrity/);
  });

  function credentialFor(name: Uint8Array, secret: Uint8Array): Buffer {
    const seed = randomBytes(endorsement.key.nameAlg.size);
    const made = makeCredential(endorsement, name, secret, seed);
    return Buffer.concat([FILE_HEAD, made.credential, made.secret]);
  }

  async function activated(file: Buffer): Promise<Buffer> {
    tpm.write('credential', file);
    const auth = byPolicy ? ['-P', 'session:policy.ctx'] : [];
    if (byPolicy) {
      await tpm.run('startauthsession', '--policy-session', '-S', 'policy.ctx');
      await tpm.run('policysecret', '-S', 'policy.ctx', '-c', 'e');
    }
    const keys = ['-c', key.handle, '-C', 'endorsement.ctx'];
    try {
      await tpm.run('activatecredential', ...keys, '-i', 'credential', '-o', 'opened', ...auth);
    } finally {
      if (byPolicy) await tpm.run('flushcontext', 'policy.ctx');
      await tpm.run('flushcontext', '-t');
    }
    return tpm.read('opened');
  }
});
