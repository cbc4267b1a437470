import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timestampQuery } from '../../../src/adapters/timestamp/query.ts';
import { isForTimestamps } from '../../../src/adapters/timestamp/signer-certificate.ts';
import { readAnswer } from '../../../src/adapters/timestamp/token.ts';
import { readTrustedCertificates } from '../../../src/adapters/timestamp/trusted-certificates.ts';
import { verifyTimestamp } from '../../../src/adapters/timestamp/verify-timestamp.ts';
import { makeTsa, type Signer, type Tsa } from '../../support/tsa.ts';

const STAMPED = Buffer.from('the signature of a manifest');
const NONCE = Buffer.from('4f0102030405060708090a0b0c0d0e0f', 'hex');
const run = promisify(execFile);

let tsa: Tsa;
let stranger: Tsa;
let trusted: ReturnType<typeof readTrustedCertificates>;
let token: Uint8Array;

beforeAll(async () => {
  [tsa, stranger] = await Promise.all([makeTsa(), makeTsa()]);
  trusted = readTrustedCertificates(tsa.root);
  token = await stampedBy(tsa);
});

afterAll(() => {
  tsa.remove();
  stranger.remove();
});

/** The token as it is kept. */
async function stampedBy(authority: Tsa, signer?: Signer): Promise<Uint8Array> {
  const answer = readAnswer(await authority.reply(timestampQuery(STAMPED, NONCE), signer));
  if (answer === null || !('token' in answer)) throw new Error('openssl did not stamp');
  return answer.token.bytes;
}

/** What openssl says: 0 where it accepts the token as one of these bytes. */
async function byOpenssl(bytes: Uint8Array, data: Uint8Array, { directory }: Tsa): Promise<number> {
  await writeFile(join(directory, 'token'), bytes);
  await writeFile(join(directory, 'data'), data);
  const args = ['ts', '-verify', '-in', 'token', '-data', 'data', '-CAfile', 'root.crt'];
  return run('openssl', args, { cwd: directory }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

describe('a time stamp', () => {
  it('is believed of the bytes that were stamped, with its time and who says it', () => {
    const verdict = verifyTimestamp(token, STAMPED, trusted, { nonce: NONCE });
    expect(verdict).toMatchObject({ valid: true, authority: 'O=Test, CN=tsa' });
    // openssl gives whole seconds, of the clock of this machine.
    expect(verdict.valid && Math.abs(verdict.time_ms - Date.now())).toBeLessThan(60_000);
  });

  it('is believed where the key is RSA', { timeout: 30_000 }, async () => {
    const rsa = await makeTsa(['RSA', '-pkeyopt', 'rsa_keygen_bits:2048']);
    try {
      const stamped = await stampedBy(rsa);
      const verdict = verifyTimestamp(stamped, STAMPED, readTrustedCertificates(rsa.root));
      expect([verdict.valid, await byOpenssl(stamped, STAMPED, rsa)]).toEqual([true, 0]);
    } finally {
      rsa.remove();
    }
  });

  it('is refused for another question than was asked', () => {
    const nonce = Buffer.from(NONCE).fill(0x50);
    expect(verifyTimestamp(token, STAMPED, trusted, { nonce })).toMatchObject({
      reason: 'wrong_nonce',
    });
  });

  it('is refused where no certificate is trusted', () => {
    expect(verifyTimestamp(token, STAMPED, [])).toMatchObject({ reason: 'untrusted' });
  });

  it.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, -1)],
    ['has something behind it', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from([0])])],
    ['is empty', () => new Uint8Array()],
    ['is text', () => Buffer.from('granted')],
  ])('is refused where it %s', (_, change) => {
    expect(verifyTimestamp(change(token), STAMPED, trusted)).toMatchObject({ reason: 'malformed' });
  });

  it('is refused whichever byte of it was changed, every third tried', () => {
    const tried = [...token.keys()].filter((at) => at % 3 === 0);
    const believed = tried.filter((at) => {
      const changed = Buffer.from(token);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      return verifyTimestamp(changed, STAMPED, trusted).valid;
    });
    expect(believed).toEqual([]);
  }, 60_000);
});

describe('openssl and we', () => {
  it('agree that it is good', async () => {
    expect(verifyTimestamp(token, STAMPED, trusted).valid).toBe(true);
    expect(await byOpenssl(token, STAMPED, tsa)).toBe(0);
  });

  it('agree that it is of no other bytes', async () => {
    const others = Buffer.from('another signature');
    expect(verifyTimestamp(token, others, trusted)).toMatchObject({ reason: 'wrong_imprint' });
    expect(await byOpenssl(token, others, tsa)).not.toBe(0);
  });

  it('agree that a stranger signed it', async () => {
    const forged = await stampedBy(stranger);
    expect(verifyTimestamp(forged, STAMPED, trusted)).toMatchObject({ reason: 'untrusted' });
    expect(await byOpenssl(forged, STAMPED, tsa)).not.toBe(0);
  });

  it('agree that its certificate was not valid then', async () => {
    const late = await stampedBy(tsa, 'expired');
    const refused = { reason: 'expired_certificate' };
    expect(verifyTimestamp(late, STAMPED, trusted)).toMatchObject(refused);
    expect(await byOpenssl(late, STAMPED, tsa)).not.toBe(0);
  });

  it('agree that a certificate for other uses too may not stamp', async () => {
    // openssl does not even stamp with it.
    await expect(stampedBy(tsa, 'server')).rejects.toThrow('Command failed');
    const suited = ['tsa', 'server', 'root'].map((name) => {
      return isForTimestamps(new X509Certificate(readFileSync(join(tsa.directory, `${name}.crt`))));
    });
    expect(suited).toEqual([true, false, false]);
  });
});
