import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenLedger } from '../../../../src/adapters/ledger/ledger.ts';
import { createCordonDriver } from '../../../../src/adapters/systems/cordon/cordon-driver.ts';
import { createGate, type Gate } from '../../../../src/adapters/systems/cordon/gate.ts';
import { leaveSafeMode } from '../../../../src/adapters/systems/cordon/leave-safe-mode.ts';
import type { SystemCall } from '../../../../src/adapters/systems/system-driver.ts';
import type { Principal, Role } from '../../../../src/domain/principal.ts';
import { setRangeFault } from '../../../../src/range/client.ts';
import {
  requestFor,
  shippedTargets,
  startPractice,
  type Practice,
} from '../../../range/practice.ts';
import { admission, AT, incidentId } from '../../../support/admissions.ts';
import { FREEZE } from '../../../support/incidents.ts';
import { freshLedger, SQLITE } from '../../../support/ledgers.ts';

const SYSTEM = { kind: 'cordon', gate: 'gate' } as const;
const RESOURCE = 'safe_mode@cordon';
const HOLD = { ...FREEZE, action: 'safe_mode', target: 'cordon', resource: RESOURCE };
const now = () => Date.parse(AT);
const soon = () => AbortSignal.timeout(5_000);

let practice: Practice;
let gate: Gate;
beforeAll(async () => {
  practice = await startPractice();
  gate = createGate({ policy: shippedTargets, home: practice.home, now });
});
afterAll(async () => {
  await gate.close();
  await practice.stop();
});

function call(step: SystemCall<'cordon'>['step'], subject: Record<string, string> = {}) {
  const over = { incident_id: incidentId(1), target: 'cordon', resource: RESOURCE, subject };
  return { step, system: SYSTEM, systems: { cordon: SYSTEM }, request: requestFor(step, over) };
}

/** A driver over a ledger in which two incidents hold safe mode. */
async function driven() {
  const ledger = await freshLedger(SQLITE);
  for (const number of [1, 2]) await ledger.log.admit(admission(number, { holds: [HOLD] }));
  const driver = createCordonDriver({ ...ledger, gate, now });
  const leaving = { safeMode: ledger.safeMode, gate, policy: shippedTargets, now };
  return { ledger, driver, leave: () => leaveSafeMode(leaving, 'ada') };
}

describe('safe mode', () => {
  it('is on at the gate and on the record, and is left by a person when nobody holds it', async () => {
    const { ledger, driver, leave } = await driven();
    const entering = call('safe_mode');
    expect(await driver.act(entering, 'apply', soon())).toBeNull();
    expect(await driver.act(entering, 'apply', soon())).toBeNull();
    expect(await driver.read(entering, 'apply', soon())).toMatchObject({ unmet: [] });
    const holders = [incidentId(1), incidentId(2)];
    expect(await ledger.safeMode.standing()).toEqual({ on: true, since: AT, holders });

    await expect(leave()).rejects.toMatchObject({ code: 'safe_mode_held' });
    const { holds } = ledger;
    await holds.endRelease({ incident_id: incidentId(1), resource: RESOURCE });
    await expect(leave()).rejects.toThrow(incidentId(2));
    await holds.endRelease({ incident_id: incidentId(2), resource: RESOURCE });
    expect(await gate.isOn('gate', soon())).toEqual({ on: true });

    expect(await leave()).toEqual({ on: false, since: '', holders: [] });
    expect(await gate.isOn('gate', soon())).toEqual({ on: false });
    expect(await notesOf(ledger)).toEqual([
      ['safe_mode_entered', 'cordon'],
      ['safe_mode_left', 'ada'],
    ]);
  });

  it('is not in force while the gate only says so', async () => {
    const { driver } = await driven();
    await setRangeFault(practice.home, 'gate', { fault: 'lying' });
    expect(await driver.act(call('safe_mode'), 'apply', soon())).toBeNull();
    expect(await driver.read(call('safe_mode'), 'apply', soon())).toEqual({
      met: ['Cordon is in safe mode'],
      unmet: ['gate is in safe mode'],
    });
    await setRangeFault(practice.home, 'gate', { fault: 'none' });
  });

  it('is undone by no incident', async () => {
    const { driver } = await driven();
    expect(await driver.act(call('safe_mode'), 'release', soon())).toMatchObject({
      reason: 'refused',
    });
  });
});

function person(name: string, digit: string, roles: Role[]): Principal {
  return {
    ...{ name, kind: 'person', roles, source: '', classes: [], formats: [] },
    ...{ token_hash: digit.repeat(64), created_at: AT, revoked_at: '' },
  };
}

describe('an operator', () => {
  it('is disabled where the register that authenticates callers says so, once', async () => {
    const { ledger, driver } = await driven();
    await ledger.principals.add(person('ada', 'a', ['operator']));
    await ledger.principals.add(person('mallory', 'b', ['operator']));
    const disabling = call('disable_operator', { operator: 'mallory' });
    expect(await driver.read(disabling, 'apply', soon())).toMatchObject({ met: [] });
    expect(await driver.act(disabling, 'apply', soon())).toBeNull();
    expect(await driver.act(disabling, 'apply', soon())).toBeNull();
    expect(await driver.read(disabling, 'apply', soon())).toEqual({
      met: ['the token of mallory is refused'],
      unmet: [],
    });
    expect((await ledger.principals.byTokenHash('b'.repeat(64)))?.revoked_at).toBe(AT);
    expect(await notesOf(ledger)).toEqual([['principal_revoked', 'cordon']]);
  });

  it('is let in again by a new token only', async () => {
    const { ledger, driver } = await driven();
    const { principals } = ledger;
    await principals.add(person('ada', 'a', ['operator']));
    await principals.add(person('mallory', 'b', ['operator']));
    await driver.act(call('disable_operator', { operator: 'mallory' }), 'apply', soon());
    expect(await principals.restore('ada', 'c'.repeat(64))).toBe(false);
    expect(await principals.restore('mallory', 'c'.repeat(64))).toBe(true);
    expect(await principals.byTokenHash('b'.repeat(64))).toBeNull();
    expect(await principals.byTokenHash('c'.repeat(64))).toMatchObject({ revoked_at: '' });
  });

  it.each<Role>(['operator', 'recovery_admin', 'backup_contact'])(
    'is not disabled as the last %s',
    async (role) => {
      const { ledger, driver } = await driven();
      await ledger.principals.add(person('ada', 'a', ['read']));
      await ledger.principals.add(person('mallory', 'b', [role]));
      const disabling = call('disable_operator', { operator: 'mallory' });
      expect(await driver.act(disabling, 'apply', soon())).toMatchObject({
        reason: 'last_operator',
        detail: expect.stringContaining(role),
      });
      expect(await driver.read(disabling, 'apply', soon())).toMatchObject({ met: [] });
    },
  );

  it('that is no principal of ours cannot be disabled, and that is said', async () => {
    const { driver } = await driven();
    for (const subject of [{ operator: 'eve' }, {}]) {
      expect(await driver.act(call('disable_operator', subject), 'apply', soon())).toMatchObject({
        reason: 'unknown_target',
      });
    }
  });
});

/** The notes of the ledger in their order, each with its actor. */
async function notesOf({ register }: Pick<OpenLedger, 'register'>): Promise<string[][]> {
  const entries = await register.entriesAfter(0, 100);
  return entries
    .filter(({ incident_id }) => incident_id === '')
    .map(({ type, actor }) => [type, actor]);
}
