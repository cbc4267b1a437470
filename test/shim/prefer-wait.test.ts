import { describe, expect, it } from 'vitest';
import { preferredWait } from '../../src/shim/prefer-wait.ts';

describe('a preferred wait', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['respond-async', null],
    ['wait=', null],
    ['wait=-1', null],
    ['wait=1.5', null],
    ['waiting=3', null],
    ['wait=0', 0],
    ['wait=10', 10],
    ['WAIT = "7"', 7],
    ['respond-async, wait=12; foo=bar', 12],
    ['wait=31', 30],
    ['wait=999999999', 30],
  ])('of %j is %j seconds', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });
});
