import { describe, expect, it } from 'vitest';
import { bundleHmac, goJson } from '../../src/domain/attestor-bundle.ts';

/** Made with Go 1.26.8: json.Marshal of the same map, HMAC-SHA256 with the key 00 01 … 1f. */
const GO_KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
const GO_BUNDLE = {
  timestamp: '2026-03-14T12:00:00Z',
  state: 'attested',
  assurance_mode: 'hardware',
  evidence_verified: true,
  request_nonce: 'ab'.repeat(32),
  boot_measurements: {
    secure_boot_enabled: true,
    pcr_values: { '0': '0x00', '2': '0x02', '10': '0x10', '7': '0x07' },
    measured_at: '2026-03-14T11:59:59.5Z',
  },
  kernel_cmdline: 'root=/dev/sda <a> & "q" \\ \u2028\u2029 \b\f\n\t\u0001\u007f é 😀',
  service_digests: { '😀': 'a', '\uFFFD': 'b', '<&>': 'c' },
  failures: ['x > y'],
};
const GO_HMAC = 'd35ee85bcda8bce6aa0e79511eabf6288782354e9c92a88121dc37baadeb238a';

describe('bundleHmac', () => {
  it("equals Go's over < > & U+2028 U+2029, numbered keys and keys beyond the BMP", () => {
    expect(bundleHmac(GO_BUNDLE, GO_KEY)).toBe(GO_HMAC);
  });

  it('does not depend on the HMAC that the bundle carries, nor on the order of its keys', () => {
    const reversed = Object.fromEntries(Object.entries(GO_BUNDLE).toReversed());
    expect(bundleHmac({ bundle_hmac: 'anything', ...reversed }, GO_KEY)).toBe(GO_HMAC);
  });
});

describe('goJson', () => {
  it('sorts keys by code point at every level', () => {
    expect(goJson({ b: [{ '10': 1, '9': null }], a: 'ü', ab: true })).toBe(
      '{"a":"ü","ab":true,"b":[{"10":1,"9":null}]}',
    );
  });
});
