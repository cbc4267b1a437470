import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectKey } from '../../src/domain/idempotency.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

const FREEZE = { action: 'freeze_agent', target: 'agent', resource: '' };
const freezes = (id: string) => cordon.effects('agent', effectKey(id, FREEZE, 'apply'));
const releases = (id: string) => cordon.effects('agent', effectKey(id, FREEZE, 'release'));

async function contained(incidentClass: string, subject: Record<string, string>): Promise<string> {
  const { id } = await cordon.report({ class: incidentClass, subject });
  await cordon.untilState(id, 'contained');
  return id;
}

describe('two incidents that hold one agent', () => {
  const subject = { host: 'shared', agent: 'planner' };
  const freezeOf = async (id: string) =>
    (await cordon.until(id, ({ bundle }) => bundle !== null)).containment_actions[0]?.status;

  it('keep it frozen until the last of them lets go', async () => {
    const first = await contained('prompt_injection', subject);
    const second = await contained('tool_call_burst', subject);

    expect((await cordon.command('resolve', first)).status).toBe(200);
    expect(await freezeOf(first)).toBe('kept');
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await releases(first)).toEqual([]);

    expect((await cordon.command('resolve', second)).status).toBe(200);
    expect(await freezeOf(second)).toBe('released');
    expect(await cordon.frozen(subject)).toBe(false);
  });

  it('let go together without leaving it frozen, nor releasing it twice', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => contained('tool_call_burst', subject)));
    await Promise.all(ids.map((id) => cordon.command('resolve', id)));
    const ends = await Promise.all(ids.map(freezeOf));
    expect(ends.filter((end) => end === 'kept')).toHaveLength(2);
    expect(ends).toContain('released');
    expect(await cordon.frozen(subject)).toBe(false);
  });
});

describe('the reflex', () => {
  it('freezes at once while the engine is stopped, and the workflow repeats no effect', async () => {
    const subject = { host: 'reflex', agent: 'planner' };
    process.kill(cordon.enginePid(), 'SIGSTOP');
    let id = '';
    try {
      ({ id } = await cordon.report({ class: 'integrity_violation', subject }));
      const [reflex] = await seen(id);
      expect(reflex).toMatchObject({ action: 'freeze_agent', applied: true });
      expect(reflex?.took_ms).toBeLessThan(500);
      expect(await cordon.frozen(subject)).toBe(true);
      // An observation and no claim: nothing has verified it yet.
      expect(await cordon.incident(id)).toMatchObject({ state: 'open', contained_at: '' });
    } finally {
      process.kill(cordon.enginePid(), 'SIGCONT');
    }
    await cordon.untilState(id, 'contained', 30_000);
    expect(await freezes(id)).toMatchObject([{ effects: 1, calls: 2 }]);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
  });

  it('changes nothing when it fails', async () => {
    const subject = { host: 'reflex-fails' };
    await cordon.fault('agent', { fault: 'down', count: 1 });
    const id = await contained('prompt_injection', subject);
    const tries = (await seen(id)).map(({ applied }) => applied);
    expect(tries).toHaveLength(1);
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await freezes(id)).toMatchObject([{ effects: 1 }]);
    await cordon.recover(id);
    expect(await cordon.frozen(subject)).toBe(false);
  });

  it('leaves nothing frozen when it hangs beyond the release', async () => {
    const subject = { host: 'reflex-hangs' };
    await cordon.fault('agent', { fault: 'slow', ms: 1_500, count: 1 });
    const { id } = await cordon.report({ class: 'prompt_injection', subject });
    await cordon.untilState(id, 'contained');
    await cordon.recover(id);
    expect(await seen(id)).toHaveLength(1);
    expect(await cordon.frozen(subject)).toBe(false);
  });

  async function seen(id: string) {
    return eventually(
      () => cordon.events(id, 'reflex'),
      (reflexes) => reflexes.length > 0,
      5_000,
    );
  }
});

describe('what is done to the workflow from outside releases nothing', () => {
  it('when it is cancelled; and the ceremony goes on as if it had not been', async () => {
    const subject = { host: 'cancelled' };
    const id = await contained('manifest_mismatch', subject);
    await cordon.client.workflow.getHandle(id).cancel();
    expect((await cordon.command('acknowledge', id)).status).toBe(200);
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
  });

  it('when it is reset to its beginning; and its actions have one effect still', async () => {
    const subject = { host: 'reset' };
    const id = await contained('unauthorized_access', subject);
    expect((await cordon.command('acknowledge', id)).status).toBe(200);
    await reset(id);
    expect(await cordon.frozen(subject)).toBe(true);
    const refused = await cordon.command('resolve', id);
    expect(refused.status).toBe(409);
    expect(await freezes(id)).toMatchObject([{ effects: 1 }]);
    expect(await releases(id)).toEqual([]);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
  });

  it('when it is terminated; and nobody is told that the incident is recovered', async () => {
    const subject = { host: 'terminated' };
    const id = await contained('unauthorized_access', subject);
    await cordon.client.workflow.getHandle(id).terminate('by an operator of Temporal');
    const { status } = await cordon.command('resolve', id);
    expect([409, 503]).toContain(status);
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await releases(id)).toEqual([]);
    expect(await cordon.incident(id)).toMatchObject({ state: 'contained', resolved_at: '' });
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});

/** What `temporal workflow reset --type FirstWorkflowTask` does. */
async function reset(id: string): Promise<void> {
  const { workflowService } = cordon.client;
  const { runId } = await cordon.client.workflow.getHandle(id).describe();
  const { events } = await cordon.history(id);
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  if (!first?.eventId) throw new Error('the workflow has completed no task yet');
  await workflowService.resetWorkflowExecution({
    namespace: 'cordon',
    workflowExecution: { workflowId: id, runId },
    reason: 'to see what becomes of it',
    requestId: randomUUID(),
    workflowTaskFinishEventId: first.eventId,
  });
}
