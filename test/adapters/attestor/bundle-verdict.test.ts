import { describe, expect, it } from 'vitest';
import { judgeBundle } from '../../../src/adapters/attestor/bundle-verdict.ts';
import { bundleHmac } from '../../../src/domain/attestor-bundle.ts';

const KEY = Buffer.alloc(32, 7);
const NONCE = 'ab'.repeat(32);
const DEMANDS = {
  nonce: NONCE,
  key: KEY,
  allowed: ['hardware'],
  requestedAt: Date.parse('2026-03-14T12:00:00.900Z'),
} as const;
const GOOD = {
  timestamp: '2026-03-14T12:00:00Z',
  state: 'attested',
  assurance_mode: 'hardware',
  evidence_verified: true,
  request_nonce: NONCE,
  kernel_cmdline: 'root=/dev/sda <a> & \u2028',
  boot_measurements: { pcr_values: { '7': '0x07', '10': '0x10' } },
};

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const signed = (over: object) => {
  const bundle = { ...GOOD, ...over };
  return { ...bundle, bundle_hmac: bundleHmac(bundle, KEY) };
};

describe('judgeBundle', () => {
  it.each(['attested', 'trusted'])('accepts a fresh, signed bundle that says %s', (state) => {
    expect(judgeBundle(bytesOf(signed({ state })), DEMANDS)).toEqual({ assurance: 'hardware' });
  });

  it.each([
    ['not_trusted', { state: 'degraded' }],
    ['not_trusted', { state: 'pending' }],
    ['not_verified', { evidence_verified: false }],
    ['weak_assurance', { assurance_mode: 'software' }],
    ['weak_assurance', { assurance_mode: 'evaluation' }],
    ['wrong_nonce', { request_nonce: 'ac'.repeat(32) }],
    ['wrong_nonce', { request_nonce: '' }],
    ['stale', { timestamp: '2026-03-14T11:59:59.999999999Z' }],
    ['bad_answer', { timestamp: 'yesterday' }],
    ['bad_answer', { evidence_verified: 'true' }],
  ])('refuses as %s: %j', (reason, over) => {
    expect(judgeBundle(bytesOf(signed(over)), DEMANDS)).toMatchObject({ reason });
  });

  it.each(['unsigned', '', 'ab'.repeat(32), signed({}).bundle_hmac.toUpperCase()])(
    'refuses the HMAC %j',
    (hmac) => {
      const bundle = { ...signed({}), bundle_hmac: hmac };
      expect(judgeBundle(bytesOf(bundle), DEMANDS)).toMatchObject({ reason: 'bad_hmac' });
    },
  );

  it.each([{ kernel_cmdline: 'quiet' }, { extra: true }, { boot_measurements: {} }])(
    'refuses a field changed after signing: %j',
    (change) => {
      const bundle = { ...signed({}), ...change };
      expect(judgeBundle(bytesOf(bundle), DEMANDS)).toMatchObject({ reason: 'bad_hmac' });
    },
  );

  it.each(['', 'null', '[]', '{}', '{"state":', '\ufeff{}'])('refuses the answer %j', (text) => {
    expect(judgeBundle(Buffer.from(text), DEMANDS)).toMatchObject({ reason: 'bad_answer' });
  });

  it('refuses bytes that are not UTF-8', () => {
    const verdict = judgeBundle(Buffer.from([0x7b, 0xff, 0x7d]), DEMANDS);
    expect(verdict).toMatchObject({ reason: 'bad_answer' });
  });
});
