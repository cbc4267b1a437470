import { describe, expect, it } from 'vitest';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import { admission, freeze, incidentId } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS, type LedgerKind } from '../../support/ledgers.ts';

const NOW = 1_000_000;
const UNTIL = NOW + 5_000;
const resource = freeze('host-3').resource;
const [A, B] = [keyOf(1), keyOf(2)];

function keyOf(number: number) {
  return { incident_id: incidentId(number), resource };
}

async function heldBy(kind: LedgerKind, ...numbers: number[]): Promise<OpenLedger> {
  const ledger = await freshLedger(kind);
  for (const number of numbers) {
    await ledger.log.admit(admission(number, { holds: [freeze('host-3')] }));
  }
  return ledger;
}

describe.each(LEDGER_KINDS)('holds on $name', (kind) => {
  it('lets only the last holder undo', async () => {
    const { holds } = await heldBy(kind, 1, 2);
    expect(await holds.beginRelease(A, NOW, UNTIL)).toBe('kept');
    expect(await holds.mayApply(A, NOW)).toBe(false);
    expect(await holds.mayApply(B, NOW)).toBe(true);
    expect(await holds.inForce()).toEqual([B]);
    expect(await holds.beginRelease(B, NOW, UNTIL)).toBe('go');
    await holds.endRelease(B);
    expect(await holds.inForce()).toEqual([]);
  });

  it('lets exactly one of two holders undo that let go at once', async () => {
    const { holds } = await heldBy(kind, 1, 2);
    const answers = await Promise.all([A, B].map((key) => holds.beginRelease(key, NOW, UNTIL)));
    expect(answers.toSorted()).toEqual(['go', 'kept']);
  });

  it('waits with undoing for a reflex that is on its way', async () => {
    const ledger = await freshLedger(kind);
    const wishes = { holds: [freeze('host-3')], reflexUntilMs: NOW + 100 };
    await ledger.log.admit(admission(1, wishes));
    await ledger.log.admit(admission(2, { holds: [freeze('host-3')] }));
    const { holds } = ledger;

    expect(await holds.mayApply(A, NOW)).toBe(true);
    expect(await holds.beginRelease(A, NOW, UNTIL)).toBe('wait');
    expect(await holds.beginRelease(B, NOW, UNTIL)).toBe('kept');
    await holds.reflexDone(A);
    expect(await holds.beginRelease(A, NOW, UNTIL)).toBe('go');
  });

  it('waits for a reflex no longer than it can take', async () => {
    const ledger = await freshLedger(kind);
    const wishes = { holds: [freeze('host-3')], reflexUntilMs: NOW + 100 };
    await ledger.log.admit(admission(1, wishes));
    expect(await ledger.holds.beginRelease(A, NOW + 99, UNTIL)).toBe('wait');
    expect(await ledger.holds.beginRelease(A, NOW + 100, UNTIL)).toBe('go');
  });

  it('keeps a new holder from applying and from undoing while another undoes', async () => {
    const { holds, log } = await heldBy(kind, 1);
    expect(await holds.beginRelease(A, NOW, UNTIL)).toBe('go');
    await log.admit(admission(2));
    await holds.add(B.incident_id, [freeze('host-3')]);

    expect(await holds.mayApply(B, NOW)).toBe(false);
    expect(await holds.beginRelease(B, NOW, UNTIL)).toBe('wait');
    await holds.endRelease(A);
    expect(await holds.mayApply(B, NOW)).toBe(true);
  });

  it('does not wait for an undoing whose time ran out', async () => {
    const { holds } = await heldBy(kind, 1);
    await holds.beginRelease(A, NOW, UNTIL);
    expect(await holds.mayApply(A, UNTIL)).toBe(false);
    expect(await holds.beginRelease(A, UNTIL, UNTIL + 5_000)).toBe('go');
  });

  it('leaves to a new holder what an interrupted undoing began', async () => {
    const { holds, log } = await heldBy(kind, 1);
    await holds.beginRelease(A, NOW, UNTIL);
    await log.admit(admission(2, { holds: [freeze('host-3')] }));
    expect(await holds.mayApply(B, UNTIL)).toBe(true);
    expect(await holds.beginRelease(A, UNTIL, UNTIL + 5_000)).toBe('kept');
    expect(await holds.beginRelease(B, UNTIL, UNTIL + 5_000)).toBe('go');
  });

  it('answers a repeated release like the first, and guards the resource again', async () => {
    const { holds, log } = await heldBy(kind, 1);
    await holds.beginRelease(A, NOW, UNTIL);
    await holds.endRelease(A);
    expect(await holds.beginRelease(A, NOW, UNTIL)).toBe('go');
    await log.admit(admission(2, { holds: [freeze('host-3')] }));
    expect(await holds.mayApply(B, NOW)).toBe(false);
  });

  it('adds holds once, and never takes a release back', async () => {
    const { holds } = await heldBy(kind, 1);
    await holds.beginRelease(A, NOW, UNTIL);
    await holds.add(A.incident_id, [freeze('host-3'), freeze('host-4'), freeze('host-4')]);
    await holds.add(A.incident_id, []);
    expect(await holds.mayApply(A, NOW)).toBe(false);
    const other = { ...A, resource: freeze('host-4').resource };
    expect(await holds.inForce()).toEqual([other]);
  });

  it('lets nobody apply what is not held', async () => {
    const { holds } = await heldBy(kind, 1);
    expect(await holds.mayApply(B, NOW)).toBe(false);
    expect(await holds.mayApply({ ...A, resource: 'other' }, NOW)).toBe(false);
  });
});
