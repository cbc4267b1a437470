import { describe, expect, it } from 'vitest';
import { alternativeNames } from '../../src/shim/client-certificate.ts';

describe('the names in a certificate', () => {
  it.each([
    ['DNS:falco.example', ['falco.example']],
    ['URI:spiffe://cluster/ns/falco, DNS:falco', ['spiffe://cluster/ns/falco', 'falco']],
    ['IP Address:10.0.0.1, DNS:a, email:b@c.example', ['a']],
    ['', []],
  ])('%s', (list, names) => expect(alternativeNames(list)).toEqual(names));

  it.each([
    'DNS:"a, DNS:falco"',
    'URI:"spiffe://x\\", DNS:falco", IP Address:10.0.0.1',
    'DNS:"a',
    'DNS:a,DNS:falco',
    'falco',
  ])('are not what a hostile one makes of them: %s', (list) => {
    expect(alternativeNames(list)).not.toContain('falco');
  });
});
