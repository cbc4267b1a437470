import { describe, expect, it } from 'vitest';
import { isNodeAgent, spiffeIdOf, spiffeIdText } from '../../src/domain/spiffe-id.ts';

describe('a SPIFFE ID', () => {
  it.each([
    ['spiffe://td.example/agent/planner', 'td.example', '/agent/planner'],
    ['spiffe://td.example', 'td.example', ''],
    ['spiffe://td-1/a.b_c', 'td-1', '/a.b_c'],
  ])('%s has its parts, and is written as it was', (text, trust_domain, path) => {
    const id = spiffeIdOf(text);
    expect(id).toEqual({ trust_domain, path });
    expect(id && spiffeIdText(id)).toBe(text);
  });

  it.each([
    undefined,
    '',
    'planner',
    'https://td.example/agent',
    'spiffe://TD.example/agent',
    'spiffe://td.example/',
    'spiffe://td.example//agent',
    'spiffe://td.example/agent/..',
    'spiffe://td.example/./agent',
    'spiffe://td.example/agent?x',
    'spiffe://td.example/agent%2F',
    'spiffe://td.example:8081/agent',
    'spiffe://user@td.example/agent',
    'spiffe://td.example/agent\n',
    `spiffe://td.example/${'a'.repeat(2048)}`,
  ])('is not %j', (text) => {
    expect(spiffeIdOf(text)).toBeNull();
  });

  it('is that of a node’s agent by its path', () => {
    const isAgent = (path: string) => isNodeAgent({ trust_domain: 'td', path });
    expect(isAgent('/spire/agent/join_token/7')).toBe(true);
    expect(['/agent/planner', '/spire/server', '/spire/agent'].map(isAgent)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
