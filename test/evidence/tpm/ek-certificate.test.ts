import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyEkCertificate, type EkRoot } from '../../../src/evidence/tpm/ek-certificate.ts';
import { parsePublic } from '../../../src/evidence/tpm/public.ts';
import { recorded } from './vectors.ts';

const { endorsement, certificates, authorities, provenance } = recorded('ek-certificates');
const DAY_MS = 86_400_000;
/** A day after they were made. */
const NOW = Date.parse(provenance.recorded_at) + DAY_MS;

function certificate(name: string): Buffer {
  const written = certificates[name];
  if (written === undefined) throw new RangeError(`no certificate is named ${name}`);
  return Buffer.from(written, 'base64');
}

function pinned(...names: readonly string[]): EkRoot[] {
  return names.map((name) => ({
    name,
    certificates: (authorities[name] ?? []).map((pem) => new X509Certificate(pem)),
  }));
}

const key = (name: 'rsa' | 'p384') => parsePublic(Buffer.from(endorsement[name], 'base64'));

describe('the certificate that a TPM was made with', () => {
  it.each(['rsa', 'p384'] as const)('is trusted by the root of its maker: %s', (name) => {
    const der = certificate(name);
    expect(verifyEkCertificate(der, key(name), pinned('root', 'swtpm'), NOW)).toEqual({
      trusted: true,
      root: 'swtpm',
      fingerprint: createHash('sha256').update(der).digest('hex'),
    });
  });

  it('is the same with the rest of the NV memory behind it', () => {
    const der = certificate('rsa');
    const roomy = Buffer.concat([der, Buffer.alloc(200, 0xff)]);
    expect(verifyEkCertificate(roomy, key('rsa'), pinned('swtpm'), NOW)).toEqual(
      verifyEkCertificate(der, key('rsa'), pinned('swtpm'), NOW),
    );
  });

  it.each([
    ['no root is pinned', []],
    ['another root is', ['root']],
  ])('is not trusted where %s', (_what, roots) => {
    const verdict = verifyEkCertificate(certificate('rsa'), key('rsa'), pinned(...roots), NOW);
    expect(verdict).toMatchObject({ reason: 'ek-certificate-untrusted' });
  });

  it('is not trusted for another key of the same TPM', () => {
    expect(
      verifyEkCertificate(certificate('rsa'), key('p384'), pinned('swtpm'), NOW),
    ).toMatchObject({
      reason: 'ek-key-mismatch',
    });
  });

  it('is trusted neither before it is valid nor after', () => {
    const { validFromDate, validToDate } = new X509Certificate(certificate('p384'));
    const at = (nowMs: number) =>
      verifyEkCertificate(certificate('p384'), key('p384'), pinned('swtpm'), nowMs);
    expect(at(validFromDate.getTime() - 1)).toMatchObject({
      reason: 'ek-certificate-not-yet-valid',
    });
    expect(at(validToDate.getTime() + 1)).toMatchObject({ reason: 'ek-certificate-expired' });
  });

  it('is not trusted with any bit of its signature changed', () => {
    const der = certificate('p384');
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    expect(verifyEkCertificate(der, key('p384'), pinned('swtpm'), NOW)).toMatchObject({
      reason: 'ek-certificate-untrusted',
    });
  });

  it.each([
    ['nothing', Buffer.of()],
    ['no DER', Buffer.from('certificate')],
    ['a part of one', certificate('rsa').subarray(0, 300)],
    ['the head of one', certificate('rsa').subarray(0, 2)],
  ])('is not read from %s', (_what, der) => {
    expect(verifyEkCertificate(der, key('rsa'), pinned('swtpm'), NOW)).toMatchObject({
      reason: 'ek-certificate-unreadable',
    });
  });
});

describe('a certificate', () => {
  const judged = (name: string, root: string, nowMs = NOW) =>
    verifyEkCertificate(certificate(name), key('p384'), pinned(root), nowMs);

  it.each([
    ['by the root', 'root'],
    ['by an inner authority', 'inner'],
    ['by a strict authority', 'strict'],
    ['by an authority of few days', 'brief'],
  ])('%s is trusted', (name, root) => {
    expect(judged(name, root)).toMatchObject({ trusted: true, root });
  });

  it.each([
    ['of an authority', 'root', 'ek-certificate-unsuitable'],
    ['for another use', 'root', 'ek-certificate-unsuitable'],
    ['for no use', 'root', 'ek-certificate-unsuitable'],
    ['by a namesake of the root', 'root', 'ek-certificate-untrusted'],
    ['by an inner authority', 'root', 'ek-certificate-untrusted'],
    ['by an inner authority', 'inner without its root', 'ek-certificate-untrusted'],
    ['by an authority too deep', 'strict', 'ek-certificate-untrusted'],
    ['by one who is no authority', 'layman', 'ek-certificate-untrusted'],
    ['at the end of a long chain', 'chain', 'ek-certificate-untrusted'],
  ])('%s is refused under the pins of %s', (name, root, reason) => {
    expect(judged(name, root)).toMatchObject({ trusted: false, reason });
  });

  it('is refused once an authority in its chain has expired', () => {
    expect(judged('by an authority of few days', 'brief', NOW + 40 * DAY_MS)).toMatchObject({
      reason: 'ek-certificate-expired',
    });
  });
});
