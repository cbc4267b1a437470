import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import type { EvidenceRef } from '../../../src/domain/evidence.ts';
import type { Principal } from '../../../src/domain/principal.ts';
import { admission, AT } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

function principal(name: string, digit: string): Principal {
  return {
    name,
    kind: 'person',
    roles: ['operator'],
    source: '',
    classes: [],
    formats: [],
    token_hash: digit.repeat(64),
    created_at: AT,
    revoked_at: '',
  };
}

describe.each(LEDGER_KINDS)('principals on $name', (kind) => {
  it('are found by the hash of their token', async () => {
    const { principals } = await freshLedger(kind);
    await principals.add(principal('grace', 'b'));
    await principals.add(principal('ada', 'a'));
    expect(await principals.byTokenHash('a'.repeat(64))).toEqual(principal('ada', 'a'));
    expect(await principals.byTokenHash('c'.repeat(64))).toBeNull();
    expect(await principals.byName('grace')).toEqual(principal('grace', 'b'));
    expect(await principals.byName('hedy')).toBeNull();
    expect((await principals.all()).map(({ name }) => name)).toEqual(['ada', 'grace']);
  });

  it('have distinct names and distinct tokens, also when they are revoked', async () => {
    const { principals } = await freshLedger(kind);
    await principals.add(principal('ada', 'a'));
    await principals.revoke('ada', AT);
    const sameName = principals.add(principal('ada', 'b'));
    await expect(sameName).rejects.toMatchObject({ code: 'principal_exists' });
    const sameToken = principals.add(principal('grace', 'a'));
    await expect(sameToken).rejects.toMatchObject({ code: 'token_not_distinct' });
  });

  it('stay revoked from the first time on', async () => {
    const { principals } = await freshLedger(kind);
    await principals.add(principal('ada', 'a'));
    expect(await principals.revoke('ada', AT)).toBe(true);
    expect(await principals.revoke('ada', '2027-01-01T00:00:00.000Z')).toBe(true);
    expect(await principals.revoke('grace', AT)).toBe(false);
    expect((await principals.byTokenHash('a'.repeat(64)))?.revoked_at).toBe(AT);
  });

  it('may send alerts in any format where their row is older than formats are', async () => {
    const place = await kind.place();
    const { principals } = await place.open();
    await principals.add(principal('ada', 'a'));
    const { formats: _, ...older } = principal('ada', 'a');
    await place.meddle(`update principals set record = '${JSON.stringify(older)}'`);
    expect(await principals.byName('ada')).toEqual(principal('ada', 'a'));
  });

  it('grant nothing when their row was meddled with', async () => {
    const place = await kind.place();
    const { principals } = await place.open();
    await principals.add(principal('ada', 'a'));
    await place.meddle(`update principals set record = '{"name":"ada","roles":["god"]}'`);
    await expect(principals.byTokenHash('a'.repeat(64))).rejects.toThrow(ZodError);
  });
});

describe.each(LEDGER_KINDS)('followers on $name', (kind) => {
  it('begin at the head and go on where they came to', async () => {
    const { followers, log } = await freshLedger(kind);
    await log.admit(admission(1));
    expect(await followers.take('hook', 'us', 0, 10)).toBe(1);
    await followers.reached('hook', 'us', 5);
    await followers.reached('hook', 'us', 3);
    expect(await followers.take('hook', 'us', 5, 15)).toBe(5);
    expect(await followers.take('other', 'us', 5, 15)).toBe(1);
  });

  it('are one at a time', async () => {
    const { followers } = await freshLedger(kind);
    const takes = ['a', 'b', 'c'].map((owner) => followers.take('hook', owner, 0, 10));
    expect((await Promise.all(takes)).filter((seq) => seq !== null)).toHaveLength(1);
  });

  it('pass on to another when the lease ran out, and fence off the one that had it', async () => {
    const { followers } = await freshLedger(kind);
    await followers.take('hook', 'us', 0, 10);
    expect(await followers.take('hook', 'them', 9, 20)).toBeNull();
    expect(await followers.take('hook', 'them', 10, 20)).toBe(0);
    await followers.reached('hook', 'us', 7);
    expect(await followers.take('hook', 'them', 11, 20)).toBe(0);
  });
});

function ref(digit: string): EvidenceRef {
  return { sha256: digit.repeat(64), size: 3, media_type: 'application/json' };
}

describe.each(LEDGER_KINDS)('checkpoints on $name', (kind) => {
  it('are kept in order, the first of each head', async () => {
    const { checkpoints } = await freshLedger(kind);
    await checkpoints.add(9, ref('9'));
    await checkpoints.add(4, ref('4'));
    await checkpoints.add(9, ref('0'));
    expect(await checkpoints.all()).toEqual([
      { seq: 4, ref: ref('4') },
      { seq: 9, ref: ref('9') },
    ]);
  });
});
