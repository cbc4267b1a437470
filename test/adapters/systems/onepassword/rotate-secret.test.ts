import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOnePasswordDriver } from '../../../../src/adapters/systems/onepassword/onepassword-driver.ts';
import { withSystemSteps } from '../../../../src/adapters/targets/system-steps.ts';
import { createTargets } from '../../../../src/adapters/targets/targets.ts';
import { setRangeFault } from '../../../../src/range/client.ts';
import type { RangeFaultOrder } from '../../../../src/range/faults.ts';
import {
  requestFor,
  shippedTargets,
  startPractice,
  type Practice,
} from '../../../range/practice.ts';
import { vaultDesk } from '../../../range/secrets/vault-desk.ts';

let practice: Practice;
let desk: ReturnType<typeof vaultDesk>;
let driver: ReturnType<typeof createTargets>;
let stop: () => Promise<void>;
let old: string;
beforeEach(async () => {
  practice = await startPractice();
  desk = vaultDesk(practice.home);
  const where = { home: practice.home, now: Date.now };
  const onepassword = createOnePasswordDriver(where);
  const http = createTargets({ policy: shippedTargets, ...where });
  driver = withSystemSteps(http, { drivers: { onepassword }, policy: shippedTargets });
  old = await desk.secret('agent-1-api');
  stop = async () => {
    await Promise.all([http.close(), onepassword.close(), practice.stop()]);
  };
});
afterEach(() => stop());

const rotation = (secret = 'practice/agent-1-api', incident = 'one') =>
  requestFor('rotate_secret', {
    target: 'secrets',
    subject: secret === '' ? {} : { secret },
    containment_key: `${incident}/rotate_secret`,
    idempotency_key: `${incident}/rotate_secret/apply`,
    timeout_ms: 10_000,
  });
const fault = (name: 'onepassword' | 'issuer', order: RangeFaultOrder) =>
  setRangeFault(practice.home, name, order);
const DONE = 'the vault holds a new secret, the new one is accepted, the old one is refused';

/** What the vault holds now, and whether it and what it held at first are accepted. */
async function standing() {
  const now = await desk.secret('agent-1-api');
  return { isNew: now !== old, now: await desk.present(now), old: await desk.present(old) };
}
const ROTATED = { isNew: true, now: 200, old: 401 };

describe('a secret that is rotated', () => {
  it('is revoked, issued anew and stored; others stay as they are', async () => {
    const others = await desk.secret('agent-2-api');
    const outcome = await driver.apply(rotation());
    expect(outcome).toEqual({ status: 'contained', reason: 'ok', detail: DONE, retryable: false });
    expect(await standing()).toEqual(ROTATED);
    expect(await desk.secret('agent-2-api')).toBe(others);
    expect(await desk.present(others)).toBe(200);
  });

  it('is rotated once, however often it is asked for', async () => {
    await driver.apply(rotation());
    const first = await desk.item('agent-1-api');
    await practice.restart();
    expect(await driver.apply(rotation())).toMatchObject({ status: 'contained' });
    expect(await desk.item('agent-1-api')).toEqual(first);
  });

  it('is rotated again for another incident, and so it is for the first', async () => {
    await driver.apply(rotation());
    const between = await desk.secret('agent-1-api');
    await driver.apply(rotation('practice/agent-1-api', 'two'));
    expect(await desk.present(between)).toBe(401);
    for (const incident of ['one', 'two']) {
      const request = rotation('practice/agent-1-api', incident);
      expect(await driver.verify(request)).toMatchObject({ status: 'contained', detail: DONE });
    }
  });

  it('is rotated for both of two that ask at once', async () => {
    const both = ['one', 'two'].map((incident) => rotation('practice/agent-1-api', incident));
    await Promise.all(both.map((request) => driver.apply(request)));
    for (const request of both) await driver.apply(request);
    for (const request of both) {
      expect(await driver.verify(request)).toMatchObject({ status: 'contained' });
    }
    expect(await standing()).toEqual(ROTATED);
  });

  it('is not given back', async () => {
    await driver.apply(rotation());
    expect(await driver.release(rotation())).toMatchObject({ status: 'failed', reason: 'refused' });
    expect(await standing()).toEqual(ROTATED);
  });
});

describe('what goes wrong on the way', () => {
  it.each<[string, () => Promise<void>, object]>([
    [
      'the issuer goes away once it has revoked',
      () => fault('issuer', { fault: 'error_after_effect', count: 1 }),
      {
        status: 'partial',
        detail: expect.stringMatching(/^revoking .* was answered 500; not so:/),
      },
    ],
    [
      'the answer of the vault is lost',
      () => fault('onepassword', { fault: 'error_after_effect', count: 1 }),
      { status: 'contained', detail: `${DONE}, although storing agent-1-api was answered 500` },
    ],
    [
      'the vault says that it stores and does not',
      () => fault('onepassword', { fault: 'lying', count: 1 }),
      { status: 'partial', reason: 'no_effect', retryable: true },
    ],
    [
      'the issuer says that it issues and does not',
      () => fault('issuer', { fault: 'lying' }),
      { status: 'partial', reason: 'no_effect', retryable: true },
    ],
    [
      'the issuer is not there',
      () => fault('issuer', { fault: 'down' }),
      { status: 'failed', reason: 'unreachable', retryable: true },
    ],
    [
      'the vault is not there',
      () => fault('onepassword', { fault: 'down' }),
      { status: 'failed', reason: 'unreachable', retryable: true },
    ],
  ])('is told, and put right by the next attempt: %s', async (_, trouble, outcome) => {
    await trouble();
    expect(await driver.apply(rotation())).toMatchObject(outcome);
    await fault('issuer', { fault: 'none' });
    await fault('onepassword', { fault: 'none' });
    expect(await driver.apply(rotation())).toMatchObject({ status: 'contained' });
    expect(await standing()).toEqual(ROTATED);
  });

  it('is seen by whoever looks between revoking and issuing', async () => {
    await fault('issuer', { fault: 'error_after_effect', count: 1 });
    await driver.apply(rotation());
    expect(await standing()).toEqual({ isNew: false, now: 401, old: 401 });
    const unmet = 'the vault holds a new secret, the new one is accepted';
    expect(await driver.verify(rotation())).toMatchObject({
      status: 'partial',
      detail: `not so: ${unmet}`,
    });
  });

  it('shows the value of a secret nowhere', async () => {
    const outcomes: unknown[] = [];
    for (const service of ['issuer', 'onepassword'] as const) {
      for (const kind of ['error_after_effect', 'lying', 'refuse', 'none'] as const) {
        await fault(service, { fault: kind });
        outcomes.push(await driver.apply(rotation()), await driver.verify(rotation()));
      }
    }
    expect(await standing()).toEqual(ROTATED);
    const told = JSON.stringify(outcomes);
    const { fields } = await desk.item('agent-1-api');
    const secrets = fields.filter(({ label }) => /credential|replaced/.test(label));
    expect(secrets).toHaveLength(2);
    for (const { value } of [...secrets, { value: old }]) expect(told).not.toContain(value);
    expect(told).not.toMatch(/practice-[0-9a-f]{8}/);
  });
});

describe('what cannot be rotated', () => {
  it.each([
    ['', 'the report names no secret as vault/item'],
    ['agent-1-api', 'the report names no secret as vault/item'],
    ['practice/a"b', 'the report names no secret as vault/item'],
    ['elsewhere/agent-1-api', 'there is no vault elsewhere'],
    ['practice/nothing', 'there is no item nothing in practice'],
  ])('%j', async (secret, detail) => {
    const refused = { status: 'failed', reason: 'unknown_target', retryable: false };
    const outcome = await driver.apply(rotation(secret));
    expect(outcome).toMatchObject(refused);
    expect(outcome.detail).toContain(detail);
  });
});
