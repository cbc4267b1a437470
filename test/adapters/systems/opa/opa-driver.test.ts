import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callRange, setRangeFault } from '../../../../src/range/client.ts';
import { shippedTargets, startPractice, type Practice } from '../../../range/practice.ts';
import { denial, deniesIdentities, denying, PLANNER, type Authorizer } from './denies.ts';

const SYSTEM = shippedTargets().systems['authorizer'] ?? {};

describe('the authorizer of the practice range', () => {
  deniesIdentities(async (): Promise<Authorizer> => {
    const practice = await startPractice();
    return {
      ...practice,
      system: SYSTEM,
      allows: async (identity) => {
        const question = { input: { identity } };
        const path = '/v1/data/agents/allow';
        const answer = await callRange(practice.home, 'authorizer', 'POST', path, question);
        return answer.body['result'] === true;
      },
    };
  });
});

describe('an authorizer that is not well', () => {
  let practice: Practice;
  let driver: ReturnType<typeof denying>;
  beforeEach(async () => {
    practice = await startPractice();
    driver = denying({ home: practice.home, system: SYSTEM });
  });
  afterEach(async () => {
    await driver.close();
    await practice.stop();
  });

  it.each([
    ['is down', 'down', 'unreachable', true],
    ['refuses us', 'refuse', 'refused', false],
    ['lies', 'lying', 'no_effect', true],
  ] as const)('and %s denies nothing', async (_, fault, reason, retryable) => {
    await setRangeFault(practice.home, 'authorizer', { fault });
    const outcome = await driver.apply(denial(PLANNER));
    expect(outcome).toMatchObject({ status: 'failed', reason, retryable });
  });

  it('and fails after having denied is seen to deny', async () => {
    await setRangeFault(practice.home, 'authorizer', { fault: 'error_after_effect' });
    expect(await driver.apply(denial(PLANNER))).toMatchObject({ status: 'contained' });
  });

  it('and lies about a release has not released', async () => {
    await driver.apply(denial(PLANNER));
    await setRangeFault(practice.home, 'authorizer', { fault: 'lying' });
    expect(await driver.release(denial(PLANNER))).toMatchObject({ reason: 'no_effect' });
  });

  it('is not asked about what is no SPIFFE ID', async () => {
    for (const identity of ['planner', '../../system', 'spiffe://practice.cordon/../x']) {
      const outcome = await driver.apply(denial(identity));
      expect(outcome).toMatchObject({ reason: 'unknown_target', retryable: false });
    }
  });

  it('and decides nothing is not known to deny', async () => {
    const undecided = denying({
      home: practice.home,
      system: { ...SYSTEM, ask: 'agents/nothing' },
    });
    const unreadable = { status: 'failed', reason: 'unreadable_state' };
    expect(await undecided.apply(denial(PLANNER))).toMatchObject(unreadable);
    await undecided.close();
  });
});
