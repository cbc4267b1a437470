import { expect, it } from 'vitest';
import { assertMayBeBlocked } from '../../../src/agent/block/never-blocked.ts';

const OURS = ['10.0.0.0/8', 'fd00::/8'];

it.each([
  ['203.0.113.7/32', undefined],
  ['203.0.113.0/24', '203.0.112.1'],
  ['2001:db8::7/128', '203.0.113.7'],
])('%s may be blocked for %s', (source, caller) => {
  expect(() => assertMayBeBlocked(source, OURS, caller)).not.toThrow();
});

it.each([
  ['an address of ours', '10.1.2.3/32', undefined],
  ['a network in ours', 'fd00:1::/32', undefined],
  ['a network that holds ours', '8.0.0.0/6', undefined],
  ['the loopback', '127.9.9.9/32', undefined],
  ['the loopback of IPv6', '::1/128', undefined],
  ['its caller', '203.0.113.7/32', '203.0.113.7'],
  ['its caller, by a socket of both families', '203.0.113.0/24', '::ffff:203.0.113.7'],
  ['its caller on a link', 'fe80::/64', 'fe80::7%eth0'],
])('%s is never blocked', (_, source, caller) => {
  expect(() => assertMayBeBlocked(source, OURS, caller)).toThrow(
    expect.objectContaining({ code: 'source_is_ours', retryable: false }),
  );
});
