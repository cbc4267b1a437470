import { expect, it } from 'vitest';
import { withHostSteps } from '../../../src/adapters/targets/host-steps.ts';
import { attestationPolicySchema } from '../../../src/domain/attestation-policy.ts';
import type { ContainAnswer, ContainRequest } from '../../../src/domain/host-containment.ts';
import type { ActionOutcome, ActionRequest, TargetDriver } from '../../../src/domain/target.ts';
import { HOST_AGENT } from '../../../src/domain/targets.ts';
import { requestFor, shippedTargets } from '../../range/practice.ts';

const GOOD = `sha256:${'a'.repeat(64)}`;
const BAD = `sha256:${'b'.repeat(64)}`;

const free: ActionOutcome = {
  ...{ status: 'failed', reason: 'no_effect', detail: 'not as expected', retryable: true },
};
const blocked: ActionOutcome = {
  ...{ status: 'contained', reason: 'ok', detail: 'as expected', retryable: false },
};
const silent: ActionOutcome = {
  ...{ status: 'failed', reason: 'unreachable', detail: 'the gate is away', retryable: true },
};

/** A host whose container has these images, and a gate that says this of each. */
function recycling(images: string[], gate: (image: string) => ActionOutcome) {
  const orders: ContainRequest[] = [];
  const asked: ActionRequest[] = [];
  const answer: ContainAnswer = {
    ...{ schema: 'host-contain/1', step: 'recycle', method: 'runtime_recreate', in_force: true },
    ...{ detail: 'measured', before: {}, after: { images }, took_ms: 1 },
  };
  const never = () => Promise.reject(new Error('nobody is to call this'));
  const agents = {
    ...{ block: never, blockState: never },
    contain: async (_host: string, order: ContainRequest) => {
      orders.push(order);
      return { answer };
    },
    containState: async () => ({ answer }),
  };
  const targets: TargetDriver = {
    ...{ apply: never, poke: never, release: never, snapshot: never, artifact: never },
    artifactsOf: () => [],
    verify: async (request) => {
      asked.push(request);
      return gate(request.subject['image'] ?? '');
    },
  };
  const attestation = attestationPolicySchema.parse({
    ...{ version: 1, attempts: { most: 1, window: '1m' }, hosts: { 'web-1': { unix: 'a' } } },
  });
  const policy = () => ({ targets: shippedTargets(), attestation });
  const driver = withHostSteps(targets, { agents, policy });
  const subject = { host: 'web-1', container: 'planner' };
  const request = requestFor('recycle_on_host', { target: HOST_AGENT, subject });
  return { apply: () => driver.apply(request), orders, asked };
}

it('a container is started afresh where the gate lets in every digest of its image', async () => {
  const { apply, orders, asked } = recycling([GOOD, BAD], () => free);
  expect(await apply()).toMatchObject({ status: 'contained' });
  expect(orders).toMatchObject([{ step: 'recycle', effect: 'apply', fresh: true }]);
  expect(asked).toMatchObject([
    { action: 'block_image', target: 'gate', subject: { image: GOOD } },
    { action: 'block_image', target: 'gate', subject: { image: BAD } },
  ]);
});

it('a container ends, and none is started in its place, where one of them is blocked', async () => {
  const { apply, orders } = recycling([GOOD, BAD], (image) => (image === BAD ? blocked : free));
  expect(await apply()).toMatchObject({ status: 'contained' });
  expect(orders).toMatchObject([{ fresh: false }]);
});

it.each([
  ['the gate is away', [GOOD], 'the gate is away'],
  ['nobody tells which image it is', [], 'does not tell its image'],
])('a container ends, and is asked about again, where %s', async (_, images, detail) => {
  const { apply, orders } = recycling(images, () => silent);
  expect(await apply()).toMatchObject({
    ...{ status: 'failed', retryable: true, detail: expect.stringContaining(detail) },
  });
  expect(orders).toMatchObject([{ fresh: false }]);
});
