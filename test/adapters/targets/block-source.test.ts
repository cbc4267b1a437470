import { beforeEach, describe, expect, it } from 'vitest';
import { withHostSteps } from '../../../src/adapters/targets/host-steps.ts';
import { attestationPolicySchema } from '../../../src/domain/attestation-policy.ts';
import {
  type BlockAnswer,
  blockRequestSchema,
  blockStateRequestSchema,
} from '../../../src/domain/host-blocking.ts';
import type { TargetDriver } from '../../../src/domain/target.ts';
import { HOST_AGENT, targetsPolicySchema } from '../../../src/domain/targets.ts';
import { requestFor } from '../../range/practice.ts';

const EDGE = { edge: 'block_source', at: 'edge-1', never: ['10.0.0.0/8'], for: '2h' };

/** What the agents were asked, as they read it. */
let asked: [host: string, what: object][];
/** Whether the kernel shows it. */
let inForce: boolean;
beforeEach(() => {
  asked = [];
  inForce = true;
});

function driving(edge: object) {
  const targets = targetsPolicySchema.parse({
    ...{ version: 1, targets: {}, actions: { block_source: edge } },
  });
  const attestation = attestationPolicySchema.parse({
    ...{ version: 1, attempts: { most: 1, window: '1m' }, hosts: { 'edge-1': { unix: 'a' } } },
  });
  const said = async (): Promise<{ answer: BlockAnswer }> => ({
    answer: {
      ...{ schema: 'host-block/1', method: 'nftables', detail: 'measured', in_force: inForce },
      ...{ before: {}, after: {}, took_ms: 1 },
    },
  });
  const never = () => Promise.reject(new Error('nobody is to call this'));
  const agents = {
    ...{ contain: never, containState: never },
    block: (host: string, order: object) => {
      asked.push([host, blockRequestSchema.parse(order)]);
      return said();
    },
    blockState: (host: string, about: object) => {
      asked.push([host, blockStateRequestSchema.parse(about)]);
      return said();
    },
  };
  const others: TargetDriver = {
    ...{
      apply: never,
      poke: never,
      verify: never,
      release: never,
      snapshot: never,
      artifact: never,
    },
    artifactsOf: () => [],
  };
  return withHostSteps(others, { agents, policy: () => ({ targets, attestation }) });
}

const about = (subject: Record<string, string>) =>
  requestFor('block_source', { target: HOST_AGENT, subject });
const ATTACK = about({ host: 'web-1', address: '203.0.113.7' });

describe('blocking the source of an attack', () => {
  it('is asked of the host at the edge, with an end and with what is never blocked', async () => {
    const outcome = { status: 'contained', detail: 'nftables: measured' };
    expect(await driving(EDGE).apply(ATTACK)).toMatchObject(outcome);
    const source = '203.0.113.7/32';
    expect(asked).toEqual([
      ['edge-1', { source, effect: 'apply', never: ['10.0.0.0/8'], timeout_s: 7_200 }],
      ['edge-1', { source }],
    ]);
  });

  it('is asked of the host of the subject where the policy names none', async () => {
    await driving({ ...EDGE, at: undefined }).verify(ATTACK);
    expect(asked.map(([host]) => host)).toEqual(['web-1']);
  });

  it('is no effect where the kernel does not show it, and released when it no longer does', async () => {
    const driver = driving(EDGE);
    expect(await driver.release(ATTACK)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    inForce = false;
    expect(await driver.verify(ATTACK)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(await driver.release(ATTACK)).toMatchObject({ status: 'released' });
    expect(asked.at(-1)).toMatchObject(['edge-1', { effect: 'release' }]);
  });

  it.each([[{}], [{ address: 'attacker.example' }], [{ address: '128.0.0.0/1' }]])(
    'fails where the report names no address that may be blocked: %j',
    async (subject) => {
      const outcome = await driving(EDGE).apply(about(subject));
      expect(outcome).toMatchObject({ status: 'failed', reason: 'unknown_target' });
      expect(asked).toEqual([]);
    },
  );

  it.each([{ for: '0s' }, { for: '31d' }, { for: undefined }, { never: ['10.0.0.1'] }])(
    'is no action of a policy with %j',
    (wrong) => expect(() => driving({ ...EDGE, ...wrong })).toThrow('actions'),
  );
});
