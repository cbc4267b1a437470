import { describe, expect, it } from 'vitest';
import { DEFAULT_RATE, reporterSchema } from '../../src/domain/reporter.ts';

const CLASSES = { classes: ['tool_call_burst'] };
const PLAIN = {
  ...CLASSES,
  formats: [],
  rate: DEFAULT_RATE,
  heartbeat: 0,
  drops: false,
  refusals: 0,
  hmac_key_file: '',
  certificate: '',
};

describe('a source', () => {
  it('is its classes where they are a list, and the same as the mapping that says no more', () => {
    expect(reporterSchema.parse(['tool_call_burst'])).toEqual(PLAIN);
    expect(reporterSchema.parse(CLASSES)).toEqual(PLAIN);
  });

  it('says how much it sends in one word or in two figures', () => {
    const rateOf = (rate: unknown) => reporterSchema.parse({ ...CLASSES, rate }).rate;
    expect(rateOf('100/s')).toEqual({ per_second: 100, burst: 1_000 });
    expect(rateOf({ per_second: 5 })).toEqual({ per_second: 5, burst: 50 });
    expect(rateOf({ per_second: 5, burst: 7 })).toEqual({ per_second: 5, burst: 7 });
  });

  it('says how long it may be silent', () => {
    expect(reporterSchema.parse({ ...CLASSES, heartbeat: '10m' }).heartbeat).toBe(600_000);
  });

  it.each([
    ['no class', { classes: [] }],
    ['no class in a list', []],
    ['an unknown format', { ...CLASSES, formats: ['falcon'] }],
    ['a rate of nothing', { ...CLASSES, rate: '0/s' }],
    ['a rate by the minute', { ...CLASSES, rate: '10/m' }],
    ['no burst', { ...CLASSES, rate: { per_second: 1, burst: 0 } }],
    ['a heartbeat of an instant', { ...CLASSES, heartbeat: '10ms' }],
    ['an absolute key file', { ...CLASSES, hmac_key_file: '/etc/shadow' }],
    ['a key file above', { ...CLASSES, hmac_key_file: 'keys/../../shadow' }],
    ['an unknown member', { ...CLASSES, color: 'red' }],
  ])('is refused for %s', (_, given) => {
    expect(reporterSchema.safeParse(given).success).toBe(false);
  });
});
