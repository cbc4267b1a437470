import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import { lacksRole } from '../../src/domain/principal.ts';
import type { NewPrincipal } from '../../src/intake/new-principal.ts';
import { createPrincipals, type Principals } from '../../src/intake/principals.ts';
import { clock, scratch } from './scratch.ts';

const ALICE: NewPrincipal = {
  name: 'alice',
  kind: 'person',
  roles: ['read', 'operator'],
  source: '',
  classes: [],
};
const FIREWALL: NewPrincipal = {
  name: 'tool-firewall',
  kind: 'reporter',
  roles: ['report'],
  source: 'tool-firewall',
  classes: ['prompt_injection'],
};

let ledger: Ledger;
let principals: Principals;
beforeEach(async () => {
  ledger = await openLedger({
    url: `sqlite:${join(await scratch(), 'ledger.db')}`,
    mirrorPath: '',
  });
  principals = createPrincipals({ principals: ledger.principals, log: ledger.log, now: clock });
});
afterEach(() => ledger.close());

describe('authentication', () => {
  it('knows a principal by its bearer token, the scheme in any case', async () => {
    const { token } = await principals.add(ALICE, 'admin');
    expect(token).toMatch(/^cdn_[\w-]{43}$/);
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect(await principals.authenticate(`${scheme} ${token}`)).toMatchObject({ name: 'alice' });
    }
  });

  it('tells a missing token from an invalid one', async () => {
    const { token } = await principals.add(ALICE, 'admin');
    expect(await principals.authenticate(undefined)).toBe('missing');
    expect(await principals.authenticate('')).toBe('missing');
    const invalid = [`Basic ${token}`, token, 'Bearer', `Bearer ${token}x`, `Bearer ${token} x`];
    for (const header of [...invalid, `Bearer ${'x'.repeat(10_000)}`, 'Bearer \u00e9']) {
      expect(await principals.authenticate(header)).toBe('invalid');
    }
  });

  it('refuses a revoked token', async () => {
    const { token } = await principals.add(ALICE, 'admin');
    await principals.revoke('alice', 'admin');
    expect(await principals.authenticate(`Bearer ${token}`)).toBe('invalid');
  });
});

describe('adding', () => {
  it('refuses a name and a token that are taken', async () => {
    const { token } = await principals.add(ALICE, 'admin');
    await expect(principals.add(ALICE, 'admin')).rejects.toMatchObject({
      code: 'principal_exists',
    });
    await expect(principals.register(FIREWALL, token, 'admin')).rejects.toMatchObject({
      code: 'token_not_distinct',
    });
  });

  it.each<[string, NewPrincipal]>([
    ['a name with white space', { ...ALICE, name: 'alice smith' }],
    ['no role', { ...ALICE, roles: [] }],
    ['a reporter without source', { ...FIREWALL, source: '' }],
    ['a person with a source', { ...ALICE, source: 'agent' }],
    ['a service that acknowledges', { ...ALICE, kind: 'service', roles: ['recovery_admin'] }],
    ['a reporter that resolves', { ...FIREWALL, roles: ['report', 'operator'] }],
    ['a class that is no name', { ...FIREWALL, classes: ['Prompt Injection'] }],
  ])('refuses %s', async (_, wanted) => {
    await expect(principals.add(wanted, 'admin')).rejects.toMatchObject({
      code: 'invalid_principal',
    });
    expect(await principals.list()).toEqual([]);
  });

  it('gives the roles that were asked for and no other', async () => {
    const { token } = await principals.add(FIREWALL, 'admin');
    const caller = await principals.authenticate(`Bearer ${token}`);
    if (typeof caller === 'string') throw new Error(caller);
    expect(lacksRole(caller, ['report'])).toBe(false);
    expect(lacksRole(caller, ['operator', 'read'])).toBe(true);
  });
});

describe('the ledger', () => {
  it('names who added and who revoked, and holds neither token nor hash', async () => {
    const { token } = await principals.add(FIREWALL, 'admin');
    await principals.revoke('tool-firewall', 'alice');
    const entries = await ledger.register.entriesAfter(0, 10);
    expect(entries).toMatchObject([
      { type: 'principal_added', actor: 'admin', body: { ...FIREWALL } },
      { type: 'principal_revoked', actor: 'alice', body: { name: 'tool-firewall' } },
    ]);
    const caller = await ledger.principals.all();
    expect(JSON.stringify(entries)).not.toContain(token);
    expect(JSON.stringify(entries)).not.toContain(caller[0]?.token_hash);
  });

  it('is told nothing of a principal that does not exist', async () => {
    await expect(principals.revoke('nobody', 'admin')).rejects.toMatchObject({
      code: 'principal_not_found',
    });
    expect(await ledger.register.head()).toBeNull();
  });

  it('lists principals without their hashes', async () => {
    await principals.add(ALICE, 'admin');
    const [alice] = await principals.list();
    expect(alice).toEqual({
      ...ALICE,
      formats: [],
      created_at: '2026-03-14T12:00:00.000Z',
      revoked_at: '',
    });
  });
});
