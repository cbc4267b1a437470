import { beforeEach, describe, expect, it } from 'vitest';
import type {
  Effect,
  Reading,
  SystemCall,
  SystemDriver,
} from '../../../src/adapters/systems/system-driver.ts';
import type { Problem } from '../../../src/adapters/targets/problem.ts';
import { withSystemSteps } from '../../../src/adapters/targets/system-steps.ts';
import { createTargets } from '../../../src/adapters/targets/targets.ts';
import { targetsPolicySchema, type TargetsPolicy } from '../../../src/domain/targets.ts';
import { requestFor } from '../../range/practice.ts';

const IDENTITY = 'spiffe://td.example/agent/planner';
const DOWN: Problem = { reason: 'unreachable', detail: 'it is down', retryable: true };

let asked: [what: 'act' | 'read', effect: Effect][];
let calls: SystemCall<'opa'>[];
/** What acting comes to, and what is read behind it. */
let acted: Problem | null;
let read: Reading | Problem;
let policy: TargetsPolicy;
let driver: ReturnType<typeof createTargets>;

beforeEach(() => {
  [asked, calls, acted, read] = [[], [], null, { met: ['denied'], unmet: [] }];
  policy = policyWith('opa');
  const opa: SystemDriver<'opa'> = {
    act: async (call, effect) => {
      calls.push(call);
      asked.push(['act', effect]);
      return acted;
    },
    read: async (_, effect) => {
      asked.push(['read', effect]);
      return read;
    },
    close: async () => undefined,
  };
  const http = createTargets({ policy: () => policy, home: '/nowhere', now: Date.now });
  driver = withSystemSteps(http, { drivers: { opa }, policy: () => policy });
});

function policyWith(kind: 'opa' | 'cordon'): TargetsPolicy {
  const place = { unix: 'run/authorizer.sock', deny: 'cordon/deny', ask: 'agents/allow' };
  return targetsPolicySchema.parse({
    version: 1,
    targets: { gate: { unix: 'run/gate.sock', status: '/status' } },
    systems: {
      authorizer: kind === 'opa' ? { kind, ...place } : { kind, gate: 'gate' },
      another: { kind: 'opa', ...place },
      ourselves: { kind: 'cordon', gate: 'gate' },
    },
    actions: {
      deny_identity: { system: 'another', step: 'deny_identity' },
      safe_mode: { system: 'ourselves', step: 'safe_mode' },
    },
  });
}

const DENY = requestFor('deny_identity', { target: 'authorizer', subject: { identity: IDENTITY } });

describe('a step of a system', () => {
  it('is in force when a reading behind it says so', async () => {
    expect(await driver.apply(DENY)).toEqual({
      status: 'contained',
      reason: 'ok',
      detail: 'denied',
      retryable: false,
    });
    expect(asked).toEqual([
      ['act', 'apply'],
      ['read', 'apply'],
    ]);
  });

  it('goes to the system that its plan has pinned, as the running policy has it', async () => {
    await driver.apply(DENY);
    const { authorizer } = policy.systems;
    expect(calls).toMatchObject([{ step: 'deny_identity', system: authorizer, request: DENY }]);
  });

  it('that is accepted and not seen has no effect; one that is seen in part is partial', async () => {
    read = { met: [], unmet: ['denied'] };
    const nothing = { status: 'failed', reason: 'no_effect', retryable: true };
    expect(await driver.apply(DENY)).toMatchObject(nothing);
    expect(await driver.verify(DENY)).toMatchObject(nothing);
    read = { met: ['deleted'], unmet: ['denied'] };
    const partly = { ...nothing, status: 'partial', detail: 'not so: denied' };
    expect(await driver.apply(DENY)).toMatchObject(partly);
  });

  it('that failed and is seen all the same is in force', async () => {
    acted = DOWN;
    const detail = 'denied, although it is down';
    expect(await driver.apply(DENY)).toMatchObject({ status: 'contained', detail });
  });

  it('that failed and cannot be read tells both', async () => {
    [acted, read] = [DOWN, { ...DOWN, detail: 'reading failed' }];
    const detail = 'reading failed; it is down';
    expect(await driver.apply(DENY)).toMatchObject({ status: 'failed', ...DOWN, detail });
  });

  it('is poked without a claim and without a reading', async () => {
    expect(await driver.poke(DENY)).toMatchObject({ status: 'partial', reason: 'ok' });
    acted = DOWN;
    expect(await driver.poke(DENY)).toMatchObject({ status: 'failed', reason: 'unreachable' });
    expect(asked.map(([what]) => what)).toEqual(['act', 'act']);
  });

  it('is released when a reading says that it is undone', async () => {
    expect(await driver.release(DENY)).toMatchObject({ status: 'released', reason: 'ok' });
    expect(asked).toEqual([
      ['act', 'release'],
      ['read', 'release'],
    ]);
    read = { met: ['entries are back'], unmet: ['still denied'] };
    expect(await driver.release(DENY)).toMatchObject({ status: 'failed', reason: 'no_effect' });
  });
});

describe('a step that goes nowhere', () => {
  it.each([
    ['the policy has no such system', { target: 'nobody' }],
    ['the policy has no such step', { action: 'unheard_of' }],
    ['nobody drives its kind', { target: 'ourselves', action: 'safe_mode' }],
  ])('is refused: %s', async (_, over) => {
    for (const act of [driver.apply, driver.poke, driver.verify, driver.release]) {
      const outcome = await act({ ...DENY, ...over });
      expect(outcome).toMatchObject({ status: 'failed', reason: 'unknown_target' });
    }
    expect(asked).toEqual([]);
  });

  it('is refused where the system has become one of another kind', async () => {
    policy = policyWith('cordon');
    expect(await driver.apply(DENY)).toMatchObject({ reason: 'unknown_target' });
    expect(asked).toEqual([]);
  });
});
