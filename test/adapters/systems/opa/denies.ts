import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDenyList } from '../../../../src/adapters/systems/opa/deny-list.ts';
import { createOpaDriver } from '../../../../src/adapters/systems/opa/opa-driver.ts';
import { withSystemSteps } from '../../../../src/adapters/targets/system-steps.ts';
import { createTargets } from '../../../../src/adapters/targets/targets.ts';
import { targetsPolicySchema } from '../../../../src/domain/targets.ts';
import { requestFor } from '../../../range/practice.ts';

export const PLANNER = 'spiffe://practice.cordon/agent/agent-1';
const POET = 'spiffe://practice.cordon/agent/agent-2';

/** An authorizer whose policy denies those who are listed, just started. */
export interface Authorizer {
  home: string;
  /** As `targets.yaml` has it. */
  system: object;
  /** The decision about an identity. */
  allows(identity: string): Promise<boolean>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A driver of the steps of one authorizer, by two actions of its policy. */
export function denying({ home, system }: Pick<Authorizer, 'home' | 'system'>) {
  const step = { system: 'authorizer', step: 'deny_identity' };
  const policy = targetsPolicySchema.parse({
    version: 1,
    targets: {},
    systems: { authorizer: system },
    actions: { deny_identity: step, deny_too: step },
  });
  const opa = createOpaDriver(createDenyList({ home, now: Date.now }));
  const http = createTargets({ policy: () => policy, home, now: Date.now });
  const driver = withSystemSteps(http, { drivers: { opa }, policy: () => policy });
  const close = async () => {
    await Promise.all([http.close(), opa.close()]);
  };
  return { ...driver, close };
}

export const denial = (identity: string, action = 'deny_identity') =>
  requestFor(action, { target: 'authorizer', subject: { identity }, timeout_ms: 5_000 });

/** What `deny_identity` does, whoever answers as an Open Policy Agent. */
export function deniesIdentities(start: () => Promise<Authorizer>): void {
  let authorizer: Authorizer;
  let driver: ReturnType<typeof denying>;
  beforeEach(async () => {
    authorizer = await start();
    driver = denying(authorizer);
  });
  afterEach(async () => {
    await driver.close();
    await authorizer.stop();
  });
  const decisions = () => Promise.all([PLANNER, POET].map((one) => authorizer.allows(one)));

  it('denies the identity that is named, and no other', async () => {
    expect(await driver.verify(denial(PLANNER))).toMatchObject({
      status: 'failed',
      reason: 'no_effect',
    });
    expect(await driver.apply(denial(PLANNER))).toEqual({
      status: 'contained',
      reason: 'ok',
      detail: 'the identity is listed, it is denied',
      retryable: false,
    });
    expect(await driver.verify(denial(PLANNER))).toMatchObject({ status: 'contained' });
    expect(await decisions()).toEqual([false, true]);
  });

  it('is the same when it is done again, and takes off what is not there', async () => {
    await driver.apply(denial(PLANNER));
    expect(await driver.apply(denial(PLANNER))).toMatchObject({ status: 'contained' });
    expect(await driver.release(denial(POET))).toMatchObject({ status: 'released' });
    expect(await decisions()).toEqual([false, true]);
  });

  it('allows it again when it is released, and says so by asking', async () => {
    await driver.apply(denial(PLANNER));
    const detail = 'the identity is off the list, it is allowed again';
    expect(await driver.release(denial(PLANNER))).toMatchObject({ status: 'released', detail });
    expect(await decisions()).toEqual([true, true]);
  });

  it('takes away no entry of another action, and says that it is still denied', async () => {
    await driver.apply(denial(PLANNER));
    await driver.apply(denial(PLANNER, 'deny_too'));
    const detail = expect.stringContaining('still denied');
    expect(await driver.release(denial(PLANNER))).toMatchObject({ status: 'released', detail });
    expect(await authorizer.allows(PLANNER)).toBe(false);
    await driver.release(denial(PLANNER, 'deny_too'));
    expect(await authorizer.allows(PLANNER)).toBe(true);
  });

  it('is measured to be gone when the authorizer has forgotten it, and denies again', async () => {
    await driver.apply(denial(PLANNER));
    await authorizer.restart();
    const gone = { status: 'failed', reason: 'no_effect' };
    expect(await driver.verify(denial(PLANNER))).toMatchObject(gone);
    expect(await driver.apply(denial(PLANNER))).toMatchObject({ status: 'contained' });
  });
}
