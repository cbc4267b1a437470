import { afterEach, beforeEach, expect, it } from 'vitest';
import { contain } from '../../activities/contain.ts';
import { release } from '../../activities/release.ts';
import type { ContainRequest } from '../../src/domain/activities.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { callRange } from '../../src/range/client.ts';
import { world, type World } from './world.ts';

const IDENTITY = 'spiffe://practice.cordon/agent/agent-1';

const step = (action: string, target: string): PlannedAction => ({
  action,
  target,
  resource: `${action}@${target}#${encodeURIComponent(IDENTITY)}`,
  kind: 'target',
  freeze: false,
  destructive: false,
  release: 'automatic',
  timeout_ms: 10_000,
});
const REVOKE = step('revoke_svid', 'spire');
const DENY = step('deny_identity', 'authorizer');

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const incident = (holds: PlannedAction[]) => on.incident(holds, 0, { identity: IDENTITY });
const undo = (request: ContainRequest) => release(on.deps, { ...request, events: [] });
const post = (name: 'authorizer' | 'spire-agent', path: string, body: object) =>
  callRange(on.home, name, 'POST', path, body);

const isAllowed = async () => {
  const question = { input: { identity: IDENTITY } };
  return (await post('authorizer', '/v1/data/agents/allow', question)).body['result'];
};
const isIssued = async () => {
  const workload = { selectors: ['docker:label:agent:agent-1'] };
  return (await post('spire-agent', '/api/v1/svids', workload)).status === 200;
};

it('an identity that two incidents hold is revoked until the last of them lets go', async () => {
  const [first, second] = [await incident([REVOKE]), await incident([REVOKE])];
  expect(await contain(on.deps, first)).toMatchObject([{ status: 'contained' }]);
  expect(await contain(on.deps, second)).toMatchObject([{ status: 'contained' }]);
  expect(await undo(first)).toMatchObject([{ status: 'kept' }]);
  expect([await isIssued(), await isAllowed()]).toEqual([false, false]);
  expect(await undo(second)).toMatchObject([{ status: 'released' }]);
  expect([await isIssued(), await isAllowed()]).toEqual([true, true]);
});

it('an identity that is both revoked and denied is allowed when both are undone', async () => {
  const [revoked, denied] = [await incident([REVOKE]), await incident([DENY])];
  await Promise.all([contain(on.deps, revoked), contain(on.deps, denied)]);
  expect(await undo(revoked)).toMatchObject([{ status: 'released' }]);
  expect([await isIssued(), await isAllowed()]).toEqual([true, false]);
  expect(await undo(denied)).toMatchObject([{ status: 'released' }]);
  expect(await isAllowed()).toBe(true);
});
