import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  loadTrustedCertificates,
  readTrustedCertificates,
} from '../../../src/adapters/timestamp/trusted-certificates.ts';
import { makeTsa } from '../../support/tsa.ts';

/** openssl runs twenty times for it. */
const SLOWLY = { timeout: 20_000 };
const BROKEN = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const refusal = (message: string) =>
  expect.objectContaining({ code: 'bad_certificates', message: expect.stringContaining(message) });

it('reads every certificate of a file, with whatever stands between them', SLOWLY, async () => {
  const [one, other] = await Promise.all([makeTsa(), makeTsa()]);
  const directory = await mkdtemp(join(tmpdir(), 'cordon-certificates-'));
  try {
    const file = join(directory, 'tsa.pem');
    await writeFile(file, `first:\n${one.root}\nsecond:\n${other.root}`);
    const read = await loadTrustedCertificates(file);
    expect(read.map(({ subject }) => subject)).toEqual(['CN=Test root', 'CN=Test root']);
  } finally {
    await rm(directory, { recursive: true });
    one.remove();
    other.remove();
  }
});

it.each([
  ['nothing', '', 'no certificate in PEM'],
  ['something else', 'tsa.example', 'no certificate in PEM'],
  ['a broken certificate', BROKEN, 'certificate 1 cannot be read'],
  ['too many', BROKEN.repeat(65), '65 certificates are too many'],
])('refuses %s', (_what, pem, message) => {
  expect(() => readTrustedCertificates(pem)).toThrow(refusal(message));
});

it('says which file is not there', async () => {
  const reading = loadTrustedCertificates('/nonexistent/tsa.pem');
  await expect(reading).rejects.toThrow(refusal('/nonexistent/tsa.pem cannot be read'));
});
