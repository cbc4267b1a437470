import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

/** Longer than a patrol takes, and than the engine takes to show what was terminated. */
const REVIVED_WITHIN_MS = 40_000;

const terminate = (id: string) => cordon.client.workflow.getHandle(id).terminate('by a test');

describe('an incident whose workflow was terminated', () => {
  it('stays contained, and goes through its ceremony in a new run', async () => {
    const subject = { host: 'terminated' };
    const { id } = await cordon.report({ class: 'integrity_violation', subject });
    await cordon.untilState(id, 'contained');
    await terminate(id);
    expect(await cordon.frozen(subject)).toBe(true);

    // The first command finds nobody, and sees to it that there is somebody for the next.
    const first = await cordon.command('acknowledge', id);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
    expect(await cordon.events(id, 'captured')).toHaveLength(1);
  });

  it('is released all the same where the gate had opened already', async () => {
    const subject = { host: 'half-released' };
    const { id } = await cordon.report({ class: 'prompt_injection', subject });
    await cordon.untilState(id, 'contained');
    await cordon.fault('agent', { fault: 'down' });
    await cordon.command('resolve', id);
    await cordon.untilState(id, 'resolved');
    await terminate(id);
    await cordon.fault('agent', { fault: 'none' });
    expect(await cordon.frozen(subject)).toBe(true);

    await eventually(
      () => cordon.frozen(subject),
      (frozen) => !frozen,
      REVIVED_WITHIN_MS,
    );
    await cordon.until(id, ({ bundle }) => bundle !== null);
  });
});
