import { describe, expect, it } from 'vitest';
import { durationSchema } from '../../src/domain/duration.ts';

describe('durationSchema', () => {
  it.each([
    ['250ms', 250],
    ['0s', 0],
    ['90s', 90_000],
    ['5m', 300_000],
    ['4h', 14_400_000],
    ['30d', 2_592_000_000],
  ])('reads %s', (text, ms) => expect(durationSchema.parse(text)).toBe(ms));

  it.each([
    '',
    '5',
    's',
    '-5s',
    '1.5h',
    '4h1m',
    ' 5s',
    '5 s',
    '5S',
    '5s\n',
    '1234567890s',
    5,
    null,
  ])('refuses %j', (text) => expect(durationSchema.safeParse(text).success).toBe(false));
});
