import { describe, expect, it } from 'vitest';
import { isPracticeRange } from '../../src/domain/practice-range.ts';
import { shippedTargets } from '../range/practice.ts';

describe('the practice range', () => {
  it('is what ships', () => {
    expect(isPracticeRange(shippedTargets())).toBe(true);
  });

  it('is not where a target is real', () => {
    const { targets, systems } = shippedTargets();
    const vault = { url: 'https://vault.internal', status: '/status' };
    expect(isPracticeRange({ targets: { ...targets, vault }, systems })).toBe(false);
  });

  it('is not where a system is real, or what belongs to one', () => {
    const { targets, systems } = shippedTargets();
    const real = { url: 'https://opa.internal' };
    const opa = { kind: 'opa', deny: 'deny', ask: 'allow', ...real } as const;
    const ours = { unix: 'run/secrets.sock' };
    const secrets = { kind: 'onepassword', ...ours } as const;
    const rangeWith = (added: typeof systems) =>
      isPracticeRange({ targets, systems: { ...systems, ...added } });
    expect(rangeWith({ authorizer: opa })).toBe(false);
    expect(rangeWith({ secrets: { ...secrets, issuer: real } })).toBe(false);
    expect(rangeWith({ secrets: { ...secrets, issuer: ours } })).toBe(true);
    expect(rangeWith({ ourselves: { kind: 'cordon' } })).toBe(true);
  });
});
