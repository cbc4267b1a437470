import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectKey } from '../../src/domain/idempotency.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

/** Ended workflows are looked for every 15 s. */
const FOUND_WITHIN_MS = 20_000;
const FREEZE = { action: 'freeze_agent', target: 'agent', resource: '' };

/** What `temporal workflow terminate` does. */
const terminate = (id: string) =>
  cordon.client.workflow.getHandle(id).terminate('by an operator of Temporal');
const statusOf = async (id: string) =>
  (await cordon.client.workflow.getHandle(id).describe()).status.name;

async function contained(incidentClass: string, subject: Record<string, string>): Promise<string> {
  const { id } = await cordon.report({ class: incidentClass, subject });
  await cordon.untilState(id, 'contained');
  return id;
}

describe('an incident whose workflow was terminated', () => {
  it('is told so to whoever commands it, once, and its ceremony goes on where it was', async () => {
    const subject = { host: 'commanded', agent: 'planner' };
    const id = await contained('integrity_violation', subject);
    expect((await cordon.command('acknowledge', id)).status).toBe(200);
    const before = await cordon.incident(id);
    await terminate(id);

    const refused = await cordon.command('reattest', id);
    expect(refused).toMatchObject({ status: 503, body: { code: 'not_started' } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const reattested = await eventually(
      () => cordon.command('reattest', id),
      ({ status }) => status !== 503,
    );
    expect(reattested.status).toBe(200);
    const after = await cordon.incident(id);
    expect(after).toMatchObject({ binding: before.binding, acked_at: before.acked_at });
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await cordon.effects('agent', effectKey(id, FREEZE, 'release'))).toEqual([]);

    expect((await cordon.command('resolve', id)).status).toBe(200);
    await cordon.until(id, ({ bundle }) => bundle !== null);
    expect((await cordon.command('close', id)).status).toBe(200);
    expect(await cordon.incident(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
    // Nothing was told or done twice.
    expect(await cordon.events(id, 'contained')).toHaveLength(1);
    expect(await cordon.events(id, 'acknowledged')).toHaveLength(1);
    const frozenBy = await cordon.effects('agent', effectKey(id, FREEZE, 'apply'));
    expect(frozenBy).toMatchObject([{ effects: 1 }]);
  });

  it('gets another by itself, contained as it is, or let go where that was begun', async () => {
    const kept = { host: 'kept', agent: 'planner' };
    const waiting = await contained('unauthorized_access', kept);
    const resolved = { host: 'resolved', agent: 'planner' };
    const releasing = await contained('prompt_injection', resolved);
    await cordon.fault('agent', { fault: 'down' });
    expect((await cordon.command('resolve', releasing)).status).toBe(200);
    await Promise.all([terminate(waiting), terminate(releasing)]);
    // Read before it is well again: from then on it may be released at any moment.
    expect(cordon.held('agent')).toContain('resolved/planner');
    await cordon.fault('agent', { fault: 'none' });
    await eventually(
      () => cordon.frozen(resolved),
      (frozen) => !frozen,
      FOUND_WITHIN_MS,
    );
    await eventually(
      () => statusOf(waiting),
      (status) => status === 'RUNNING',
    );
    await eventually(
      () => statusOf(releasing),
      (status) => status === 'COMPLETED',
    );
    const over = await cordon.incident(releasing);
    expect(over.containment_actions[0]).toMatchObject({ status: 'released' });
    expect(over.bundle).not.toBeNull();
    expect(await cordon.events(releasing, 'resolved')).toHaveLength(1);

    expect(await cordon.frozen(kept)).toBe(true);
    expect(await cordon.incident(waiting)).toMatchObject({ state: 'contained', acked_at: '' });
    expect((await cordon.command('acknowledge', waiting)).status).toBe(200);
    expect(await cordon.recover(waiting)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(kept)).toBe(false);
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
