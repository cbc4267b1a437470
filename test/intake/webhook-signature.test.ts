import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../src/adapters/notify/sign-webhook.ts';
import { signedBy } from '../../src/intake/webhook-signature.ts';

const NOW = Date.parse('2026-03-14T12:00:00.000Z');
const MINUTE = 60_000;
const BODY = '{"a":"é"}';
const BYTES = new TextEncoder().encode(BODY);

const RAW = Buffer.alloc(32, 7);
const STANDARD_KEY = `whsec_${RAW.toString('base64')}`;
const GRAFANA_KEY = 'a secret that Grafana was told';

const standard = (at = NOW) => signedHeaders(RAW, 'msg_1', at, BODY);
const grafana = (at = NOW) => {
  const seconds = String(at / 1_000);
  const mac = createHmac('sha256', GRAFANA_KEY).update(`${seconds}:${BODY}`).digest('hex');
  return { 'x-grafana-alerting-timestamp': seconds, 'x-grafana-alerting-signature': mac };
};

describe.each([
  ['of Standard Webhooks', standard, STANDARD_KEY],
  ['of Grafana', grafana, GRAFANA_KEY],
])('a signature %s', (_, sign, key) => {
  it('is whose key made it, over these very bytes', () => {
    expect(signedBy(sign(), NOW)?.isBy(key, BYTES)).toBe(true);
    expect(signedBy(sign(), NOW)?.isBy(`${key}x`, BYTES)).toBe(false);
    expect(signedBy(sign(), NOW)?.isBy(key, BYTES.subarray(1))).toBe(false);
    expect(signedBy(sign(), NOW)?.isBy('', BYTES)).toBe(false);
  });

  it('is as good as none when its time is five minutes off', () => {
    for (const off of [5 * MINUTE, -5 * MINUTE])
      expect(signedBy(sign(NOW + off), NOW)).not.toBeNull();
    for (const off of [6 * MINUTE, -6 * MINUTE]) expect(signedBy(sign(NOW + off), NOW)).toBeNull();
  });

  it('is as good as none without its time, or with one that is no time', () => {
    for (const said of [undefined, '', 'now', '-1', '1e9', '1'.repeat(20)]) {
      const headers = Object.fromEntries(
        Object.entries(sign()).flatMap(([name, value]) => {
          if (!name.endsWith('timestamp')) return [[name, value]];
          return said === undefined ? [] : [[name, said]];
        }),
      );
      expect(signedBy(headers, NOW)).toBeNull();
    }
  });

  it('does not hold for another time than it was made for', () => {
    const name = Object.keys(sign()).find((n) => n.endsWith('timestamp')) ?? '';
    const moved = { ...sign(), [name]: String(NOW / 1_000 + 1) };
    expect(signedBy(moved, NOW)?.isBy(key, BYTES)).toBe(false);
  });
});

describe('signatures of Standard Webhooks', () => {
  it('may be several, while a key is being replaced', () => {
    const { 'webhook-signature': good = '', ...rest } = standard();
    const many = { ...rest, 'webhook-signature': `v1,AAAA v1a,BBBB ${good}` };
    expect(signedBy(many, NOW)?.isBy(STANDARD_KEY, BYTES)).toBe(true);
    const endless = { ...rest, 'webhook-signature': `${'v1,AAAA '.repeat(8)}${good}` };
    expect(signedBy(endless, NOW)?.isBy(STANDARD_KEY, BYTES)).toBe(false);
  });

  it('are made with a key that is written as one', () => {
    expect(signedBy(standard(), NOW)?.isBy(RAW.toString('base64'), BYTES)).toBe(false);
  });

  it('are not made with a key that is too short', () => {
    const short = Buffer.alloc(20, 7);
    const signed = signedBy(signedHeaders(short, 'msg_1', NOW, BODY), NOW);
    expect(signed?.isBy(`whsec_${short.toString('base64')}`, BYTES)).toBe(false);
  });
});
