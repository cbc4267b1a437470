import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import { Fault } from '../../src/domain/fault.ts';
import { AIRLOCK, FREEZE, furtherFreeze, HAPPENS } from '../support/incidents.ts';
import { AT, recorded } from '../support/admissions.ts';
import { world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

describe('record', () => {
  it('holds what an escalation adds before it can be applied, and nothing for the ledger', async () => {
    const { incident_id } = await on.incident([FREEZE]);
    const alert = { ...FREEZE, action: 'log_alert', kind: 'ledger', resource: '' } as const;
    const escalated = HAPPENS.escalated({ actions: [FREEZE, AIRLOCK, alert] });
    const request = { incident_id, events: [recorded('1', escalated)] };
    await createActivities(on.deps).record(request);
    await createActivities(on.deps).record(request);
    const held = (await on.deps.ledger.holds.inForce()).map(({ resource }) => resource);
    expect(held).toEqual([AIRLOCK.resource, FREEZE.resource]);
    expect(await on.deps.ledger.register.timeline(incident_id)).toHaveLength(2);
  });

  it('holds what a raise and a further subject add as well', async () => {
    const { incident_id } = await on.incident([FREEZE]);
    const subject = { host: 'host-9' };
    const further = furtherFreeze(subject);
    const events = [
      recorded('1', HAPPENS.raised({ actions: [FREEZE, AIRLOCK] })),
      recorded('2', HAPPENS.widened(subject)),
    ];
    await createActivities(on.deps).record({ incident_id, events });
    const held = (await on.deps.ledger.holds.inForce()).map(({ resource }) => resource);
    expect(held).toEqual([AIRLOCK, FREEZE, further].map(({ resource }) => resource).toSorted());
  });
});

describe('seal', () => {
  it('keeps the bundle of all that was told, and says once where', async () => {
    const { incident_id } = await on.incident();
    const { ledger, store } = on.deps;
    const entries = async () =>
      (await ledger.register.timeline(incident_id)).map(({ type }) => type);
    const exportIncident = async () => new TextEncoder().encode((await entries()).join());
    const { seal } = createActivities({ ...on.deps, exportIncident });
    const request = { incident_id, events: [recorded('1', HAPPENS.contained)] };
    const bundle = await seal(request);
    expect(new TextDecoder().decode(await store.get(bundle))).toBe('reported,contained');
    await seal(request);
    expect(await entries()).toEqual(['reported', 'contained', 'sealed']);
  });
});

describe('authenticateSignal', () => {
  it('refuses what the token does not prove, for good', async () => {
    const { authenticateSignal } = createActivities(on.deps);
    const purpose = { incident_id: 'INC-1', command: 'acknowledge', token: 'forged' } as const;
    await expect(authenticateSignal(purpose)).rejects.toMatchObject({
      type: 'invalid_token',
      nonRetryable: true,
    });
  });
});

describe('a signal of a person who was revoked', () => {
  it('is refused, though its token was minted before', async () => {
    const purpose = { incident_id: 'INC-1', command: 'acknowledge', token: 'minted' } as const;
    const person = { by: 'mallory', claim: '', note: '' };
    const verifySignalToken = () => ({ accepted: true, person }) as const;
    const { authenticateSignal } = createActivities({ ...on.deps, verifySignalToken });
    const { principals } = on.deps.ledger;
    await principals.add({
      ...{ name: 'mallory', kind: 'person', roles: ['operator'], source: '', classes: [] },
      ...{ formats: [], token_hash: 'b'.repeat(64), created_at: AT, revoked_at: '' },
    });
    expect(await authenticateSignal(purpose)).toEqual(person);
    await principals.revoke('mallory', AT);
    await expect(authenticateSignal(purpose)).rejects.toMatchObject({ type: 'invalid_token' });
  });
});

describe('what an activity throws', () => {
  const thrown = async (error: Error): Promise<unknown> => {
    const signalCounter = async () => {
      throw error;
    };
    const { countOccurrence } = createActivities({ ...on.deps, signalCounter });
    const occurrence = { incident_id: 'INC-1', at_ms: 0, threshold: 1, window_ms: 1 };
    try {
      return await countOccurrence({ class: 'prompt_injection', occurrence });
    } catch (caught) {
      return caught;
    }
  };

  it.each([true, false])(
    'crosses as its code where it is a fault (retryable: %s)',
    async (retryable) => {
      const cause = new Error('ENOSPC');
      const failure = await thrown(new Fault('store_full', 'No room', { retryable, cause }));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({ type: 'store_full', nonRetryable: !retryable, cause });
    },
  );

  it('stays what it is where it is a bug', async () => {
    const bug = new TypeError('x is undefined');
    expect(await thrown(bug)).toBe(bug);
  });
});
