import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { PlaybookPlan } from '../../src/domain/playbook-plan.ts';
import { COURSE } from '../support/incidents.ts';
import {
  APPROVAL,
  NOTHING_REACHED,
  playbookPlan,
  step,
  task,
  TRIAGE,
  TWO_PERSONS,
} from '../support/playbooks.ts';
import { stage } from './stage.ts';

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()), 60_000);
afterAll(() => on.stop());

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const refusedWith = (type: string) => ({ cause: { type } });
const by = (more: Partial<PlaybookPlan>) => ({ ...COURSE, playbook: playbookPlan(more) });
const judged = (verdict: string) =>
  ({ order: 'complete', task: 'triage', result: { verdict }, evidence: [] }) as const;
const engaged = () =>
  on
    .told('engaged')
    .flatMap(({ event }) => (event.type === 'engaged' ? [[event.step, event.actions.length]] : []));

describe('a task', () => {
  it('stands in the way of the resolution until its result is what is asked for', async () => {
    const { handle, give, order } = await on.start(by({ ...TRIAGE, tasks: [TRIAGE.task] }));
    await expect(give('resolve')).rejects.toMatchObject(refusedWith('tasks_open'));
    await expect(order(judged('perhaps'))).rejects.toMatchObject(refusedWith('result_invalid'));
    await order(judged('confirmed'));
    await give('resolve');
    await handle.result();
    expect(on.told('task_done')).toHaveLength(1);
  });

  it('is not done before what comes before it, and done once however often it is said', async () => {
    const tasks = [task('first'), task('second', { after: ['first'] })];
    const { handle, give, order } = await on.start(by({ tasks }));
    const done = (name: string) =>
      order({ order: 'complete', task: name, result: {}, evidence: [] });
    await expect(done('second')).rejects.toMatchObject(refusedWith('out_of_order'));
    await done('first');
    await done('first');
    await done('second');
    await give('resolve');
    await handle.result();
    expect(on.told('task_done')).toHaveLength(2);
  });

  it('is told of when it is due, and again as long as it is not done', async () => {
    const tasks = [task('analysis', { due_ms: 2 * MINUTE_MS })];
    const { handle, give, order } = await on.start(by({ tasks }));
    await on.environment.sleep(5 * MINUTE_MS);
    await order({ order: 'complete', task: 'analysis', result: {}, evidence: [] });
    await give('resolve');
    await handle.result();
    const breaches = on.told('sla_breached').map(({ event }) => event);
    expect(breaches.length).toBeGreaterThanOrEqual(3);
    expect(breaches).toContainEqual(expect.objectContaining({ stage: 'task/analysis', times: 1 }));
  });
});

describe('a step', () => {
  const rotate = step('rotate', { each: 'secrets', branch: 'threat', approval: APPROVAL });
  const reach = async () => ({
    inventory: 'e'.repeat(64),
    left_out: {},
    reaches: { ...NOTHING_REACHED, secrets: [{ secret: 'vault/a' }, { secret: 'vault/b' }] },
  });
  const scoped = { ...rotate.template, scope: ['secret'] };
  const playbook = by({
    ...TRIAGE,
    tasks: [TRIAGE.task],
    steps: [{ ...rotate, template: scoped }],
  });

  it('is taken on all that can have been reached, once its branch is taken and somebody approves', async () => {
    const { handle, give, order } = await on.start(playbook, { reach });
    const approve = () => order({ order: 'decide', step: 'rotate', verdict: 'approve' });
    await expect(approve()).rejects.toMatchObject(refusedWith('step_not_active'));
    await order(judged('confirmed'));
    await expect(give('resolve')).rejects.toMatchObject(refusedWith('decisions_open'));
    await approve();
    await on.environment.sleep(MINUTE_MS);
    expect(engaged()).toEqual([['rotate', 2]]);
    await give('resolve');
    await handle.result();
  });

  it('is not taken where it is declined', async () => {
    const { handle, give, order } = await on.start(playbook, { reach });
    await order(judged('confirmed'));
    await order({ order: 'decide', step: 'rotate', verdict: 'decline' });
    await give('resolve');
    await handle.result();
    expect(engaged()).toEqual([]);
  });

  it('waits for an inventory that is not there, and says so once', async () => {
    let calls = 0;
    const unreachable = async () => {
      calls += 1;
      if (calls > 6) return reach();
      throw new Fault('inventory_unavailable', 'no answer', { retryable: true });
    };
    const automatic = { ...rotate, template: scoped, branch: '', approval: null };
    const effects = { reach: unreachable };
    const { handle, give } = await on.start(by({ steps: [automatic] }), effects);
    await expect(give('resolve')).rejects.toMatchObject(refusedWith('scope_unknown'));
    await on.environment.sleep(10 * MINUTE_MS);
    await give('resolve');
    await handle.result();
    expect(on.told('scope_unknown')).toHaveLength(1);
    expect(engaged()).toEqual([['rotate', 2]]);
  });

  it('takes two persons where the playbook says so, of whom none is whom it is about', async () => {
    const steps = [step('kill_all', { approval: TWO_PERSONS })];
    const { handle, give, order } = await on.start(by({ steps }));
    const approved = (person: string) =>
      order({ by: person, order: 'decide', step: 'kill_all', verdict: 'approve' });
    await approved('ada');
    await approved('ada');
    await on.environment.sleep(MINUTE_MS);
    expect(engaged()).toEqual([]);
    await approved('bob');
    await on.environment.sleep(MINUTE_MS);
    expect(engaged()).toEqual([['kill_all', 1]]);
    await give('resolve');
    await handle.result();
  });
});

describe('the resolution', () => {
  it('is for two persons where the playbook says so', async () => {
    const playbook = by({ resolve: { persons: 2, within_ms: MINUTE_MS } });
    const { handle, give } = await on.start(playbook);
    expect(await give('resolve')).toEqual({ status: 'waiting for a second person' });
    await on.environment.sleep(2 * MINUTE_MS);
    const second = { by: 'bob', claim: '', note: '' };
    const late = await handle.executeUpdate('resolve', { args: [second] });
    expect(late).toEqual({ status: 'waiting for a second person' });
    expect(await give('resolve')).toEqual({ status: 'resolved' });
    await handle.result();
  });

  it('is not seconded by who would dismiss it, nor by the same person once more', async () => {
    const playbook = by({ resolve: { persons: 2, within_ms: MINUTE_MS } });
    const { handle, give, order } = await on.start(playbook);
    const waiting = { status: 'waiting for a second person' };
    expect([await give('resolve'), await give('resolve')]).toEqual([waiting, waiting]);
    const dismissal = { reason: 'a backup', tune: '' };
    expect(await order({ by: 'bob', order: 'dismiss', dismissal })).toEqual(waiting);
    const second = { by: 'bob', claim: '', note: '' };
    await handle.executeUpdate('resolve', { args: [second] });
    await handle.result();
    const decided = on.told('decided').map(({ event }) => event);
    expect(decided.map((event) => event.type === 'decided' && [event.by, event.step])).toEqual([
      ['ada', 'resolve'],
      ['bob', 'dismiss'],
      ['bob', 'resolve'],
    ]);
  });

  it('is refused as long as a check does not pass, and says which', async () => {
    const at = '2026-01-02T03:04:05.000Z';
    let verdict: 'pass' | 'unknown' = 'unknown';
    const checkBaseline = async ({ checks }: { checks: string[] }) =>
      checks.map((check) => ({ check, verdict, detail: 'no answer', at }));
    const playbook = by({ checks: [{ check: 'images', branch: '' }] });
    const { handle, give } = await on.start(playbook, { checkBaseline });
    await expect(give('resolve')).rejects.toMatchObject({
      cause: { type: 'baseline_not_met', message: expect.stringContaining('images: unknown') },
    });
    verdict = 'pass';
    await give('resolve');
    await handle.result();
    expect(on.told('checked')).toHaveLength(2);
  });
});

describe('a false positive', () => {
  it('is dismissed, releases everything, and asks for nothing that would have remedied it', async () => {
    const tasks = [TRIAGE.task, task('remedy', { phase: 'remediate' })];
    const { handle, give, order } = await on.start(by({ ...TRIAGE, tasks }));
    const dismissal = { reason: 'a backup', tune: 'the rule about backups' };
    await expect(order({ order: 'dismiss', dismissal })).rejects.toMatchObject(
      refusedWith('not_a_false_positive'),
    );
    await order(judged('false_alarm'));
    await expect(give('resolve')).rejects.toMatchObject(refusedWith('false_positive'));
    await order({ order: 'dismiss', dismissal });
    await handle.result();
    expect(on.told('resolved')[0]?.event).toMatchObject({ dismissal });
    expect(on.letGo().map(({ action }) => action)).toEqual(['freeze_agent']);
  });
});

describe('a subject that was released', () => {
  it('is watched for as long as the playbook says', async () => {
    const { handle, give } = await on.start(by({ watch_ms: DAY_MS }));
    const from = await on.environment.currentTimeMs();
    await give('resolve');
    await handle.result();
    expect((await on.environment.currentTimeMs()) - from).toBeGreaterThanOrEqual(DAY_MS);
    expect(on.told('watch_over')).toHaveLength(1);
  });
});

describe('a review', () => {
  it('is signed by another person than who resolved it, before the incident is closed', async () => {
    const tasks = [task('checklist', { phase: 'review', result: {} })];
    const plan = { ...by({ tasks, review: { signed: true, asks: [] } }), review: true };
    const { handle, give, order } = await on.start(plan);
    const document = { sha256: 'f'.repeat(64), size: 1, media_type: 'text/markdown' };
    await give('resolve');
    await expect(give('close')).rejects.toMatchObject(refusedWith('checklist_open'));
    await order({ order: 'complete', task: 'checklist', result: {}, evidence: [] });
    await expect(give('close')).rejects.toMatchObject(refusedWith('review_required'));
    await expect(order({ order: 'review', document })).rejects.toMatchObject(
      refusedWith('same_person'),
    );
    await order({ by: 'bob', order: 'review', document });
    await give('close');
    await handle.result();
    expect(on.told('reviewed')).toHaveLength(1);
  });
});
