import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contain, enforce, notYet } from '../../activities/contain.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { rangeEffects, setRangeFault } from '../../src/range/client.ts';
import { AT } from '../support/admissions.ts';
import { IMPATIENT, world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const LOG_ALERT: PlannedAction = {
  ...IMPATIENT,
  action: 'log_alert',
  target: 'ledger',
  resource: '',
  kind: 'ledger',
  freeze: false,
  release: 'none',
};
const alerts = async (id: string) =>
  (await on.deps.ledger.register.timeline(id)).filter(({ type }) => type === 'alert');

describe('contain', () => {
  it('measures each action by itself: one that fails changes nothing for the others', async () => {
    await setRangeFault(on.home, 'agent', { fault: 'lying' });
    const request = await on.incident();
    const results = await contain(on.deps, { ...request, actions: [IMPATIENT, LOG_ALERT] });
    expect(results).toMatchObject([
      { action: 'freeze_agent', target: 'agent', status: 'failed', reason: 'no_effect' },
      { action: 'log_alert', target: 'ledger', status: 'contained' },
    ]);
  });

  it('has one effect under any number of attempts', async () => {
    const request = await on.incident();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await contain(on.deps, request)).toMatchObject([{ status: 'contained' }]);
    }
    expect(await rangeEffects(on.home, 'agent')).toMatchObject([{ effects: 1, calls: 3 }]);
  });

  it('writes an alert once, however often it is asked to', async () => {
    const request = await on.incident([]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await contain(on.deps, { ...request, actions: [LOG_ALERT] });
    }
    const [alert, ...more] = await alerts(request.incident_id);
    expect(alert?.body).toEqual({ message: 'high prompt_injection: seen by a detector' });
    expect(more).toEqual([]);
  });

  it('alerts those who have the role, by name, and says so where nobody has it', async () => {
    const request = await on.incident([]);
    const actions = [{ ...LOG_ALERT, action: 'alert_backup_contact' }];
    await contain(on.deps, { ...request, actions });
    await on.deps.ledger.principals.add({
      ...{ name: 'bea', kind: 'person', roles: ['backup_contact'], source: '', classes: [] },
      ...{ formats: [], token_hash: 'b'.repeat(64), created_at: AT, revoked_at: '' },
    });
    const second = await on.incident([]);
    await contain(on.deps, { ...second, actions });
    const told = [...(await alerts(request.incident_id)), ...(await alerts(second.incident_id))];
    expect(told.map(({ body }) => body['to'])).toEqual([
      { role: 'backup_contact', persons: [] },
      { role: 'backup_contact', persons: ['bea'] },
    ]);
  });

  it('touches nothing that another incident is in the middle of releasing', async () => {
    const first = await on.incident();
    const second = await on.incident();
    const { holds } = on.deps.ledger;
    const key = { incident_id: first.incident_id, resource: IMPATIENT.resource };
    await holds.beginRelease({ ...key, incident_id: second.incident_id }, on.clock.ms, 0);
    await holds.beginRelease(key, on.clock.ms, on.clock.ms + 1_000);
    expect(await contain(on.deps, first)).toMatchObject([
      { status: 'failed', reason: 'no_effect' },
    ]);
    expect(await rangeEffects(on.home, 'agent')).toEqual([]);
  });
});

describe('enforce', () => {
  const failureOf = async () => {
    const request = await on.incident();
    const error: unknown = await enforce(on.deps, request).catch((thrown: unknown) => thrown);
    if (!(error instanceof ApplicationFailure)) throw new Error('it did not fail as it should');
    return error;
  };

  it('returns once the action is in force', async () => {
    expect(await enforce(on.deps, await on.incident())).toMatchObject({ status: 'contained' });
  });

  it.each([
    ['is down', 'down', 'unreachable'],
    ['lies', 'lying', 'no_effect'],
  ] as const)('fails so that it is tried again when the target %s', async (_how, fault, reason) => {
    await setRangeFault(on.home, 'agent', { fault });
    const { type, nonRetryable, nextRetryDelay } = await failureOf();
    expect([type, nonRetryable, nextRetryDelay]).toEqual([reason, false, undefined]);
  });

  it('asks a target that refuses again only after half a minute', async () => {
    await setRangeFault(on.home, 'agent', { fault: 'refuse' });
    const { type, nonRetryable, nextRetryDelay } = await failureOf();
    expect([type, nonRetryable, nextRetryDelay]).toEqual(['refused', false, 30_000]);
  });

  it('waits as long as the target asks for', () => {
    const busy = { reason: 'http_error', detail: '', retryable: true, retry_after_ms: 1_500 };
    expect(notYet(IMPATIENT, busy).nextRetryDelay).toBe(1_500);
  });
});
