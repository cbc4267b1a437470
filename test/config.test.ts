import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const refusal = (message: string) =>
  expect.objectContaining({ code: 'bad_config', message: expect.stringContaining(message) });

describe('the time-stamping authority', () => {
  const url = 'https://tsa.example/tsr';
  const file = '/etc/cordon/tsa.pem';

  it('is none unless it is named', () => {
    const { EVIDENCE_TSA_URL, EVIDENCE_TSA_CERTIFICATES_FILE } = readConfig({});
    expect([EVIDENCE_TSA_URL, EVIDENCE_TSA_CERTIFICATES_FILE]).toEqual(['', '']);
  });

  it('is not asked where nobody says whose word is believed', () => {
    expect(() => readConfig({ EVIDENCE_TSA_URL: url })).toThrow(
      refusal('EVIDENCE_TSA_URL needs EVIDENCE_TSA_CERTIFICATES_FILE'),
    );
    for (const given of [url, 'http://127.0.0.1:3161', 'http://[::1]:3161/a@b']) {
      const env = { EVIDENCE_TSA_URL: given, EVIDENCE_TSA_CERTIFICATES_FILE: file };
      expect(readConfig(env)).toMatchObject(env);
    }
  });

  it('may be believed without being asked, as where evidence is only checked', () => {
    expect(readConfig({ EVIDENCE_TSA_CERTIFICATES_FILE: file }).EVIDENCE_TSA_URL).toBe('');
  });

  it.each(['ftp://tsa.example', 'https://', 'tsa.example', 'https://user:secret@tsa.example/'])(
    'is not at %s',
    (bad) => {
      const env = { EVIDENCE_TSA_URL: bad, EVIDENCE_TSA_CERTIFICATES_FILE: file };
      expect(() => readConfig(env)).toThrow(refusal('EVIDENCE_TSA_URL'));
    },
  );
});

describe('the listener of detectors', () => {
  it('is none unless it is named, and needs a certificate with its key', () => {
    expect(readConfig({}).ALERTS_TLS_ADDR).toBe('');
    const address = { ALERTS_TLS_ADDR: '0.0.0.0:8516' };
    const cert = { ALERTS_TLS_CERT_FILE: '/etc/cordon/tls.crt' };
    for (const env of [address, { ...address, ...cert }]) {
      expect(() => readConfig(env)).toThrow(refusal('ALERTS_TLS_ADDR needs ALERTS_TLS_CERT_FILE'));
    }
    const whole = { ...address, ...cert, ALERTS_TLS_KEY_FILE: '/etc/cordon/tls.key' };
    expect(readConfig(whole)).toMatchObject(whole);
  });
});
