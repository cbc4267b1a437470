import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checklistSchema, type Checklist } from '../../src/domain/checklist.ts';
import type { PlaybookPlan } from '../../src/domain/playbook-plan.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { playbookPlan, task, TRIAGE } from '../support/playbooks.ts';
import { boot, failure, read, readIncident, type Booted } from './boot.ts';
import { withoutPlaybook } from './without-playbook.ts';

let shim: Booted;
let id: string;
let told = 0;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());
beforeEach(async () => {
  Object.assign(shim.course, { engine: 'up', running: true });
  id = await opened({
    branches: TRIAGE.branches,
    tasks: [
      TRIAGE.task,
      task('root_cause', { branch: 'threat', after: ['triage'], evidence: 1, role: 'forensic' }),
      task('rotate', { after: ['triage'] }),
      task('lessons', { phase: 'review' }),
    ],
    checks: [{ check: 'images', branch: '' }],
  });
});

async function opened(playbook: Partial<PlaybookPlan>): Promise<string> {
  told += 1;
  const at = new Date().toISOString();
  const subject = { operator: 'oskar' };
  await shim.ledger.log.admit(
    admission(told, { at, playbook: playbookPlan(playbook), subject: told === 1 ? {} : subject }),
  );
  return incidentId(told);
}

const post = (path: string, body: object, token = shim.tokens.admin, headers = {}) =>
  shim.ask(`/api/v1/incidents/${id}/${path}`, { token, body, headers });
const list = async (): Promise<Checklist> =>
  checklistSchema.parse(await read(await shim.ask(`/api/v1/incidents/${id}/tasks`)));
const verdict = (word: string) => post('tasks/triage', { result: { verdict: word } });

describe('the checklist', () => {
  it('has every task that may have to be done, what it waits for and when it is due', async () => {
    const { tasks, checks } = await list();
    expect(tasks.map(({ task: name, blocked_by, overdue }) => [name, blocked_by, overdue])).toEqual(
      [
        ['triage', [], false],
        ['root_cause', ['triage'], false],
        ['rotate', ['triage'], false],
        ['lessons', ['resolve'], false],
      ],
    );
    expect(tasks.map(({ due_at }) => due_at === '')).toEqual([false, false, false, true]);
    expect(checks).toEqual([{ check: 'images', verdict: '', detail: '', at: '' }]);
  });

  it('has only what is left to do of a false positive, and what was done', async () => {
    await verdict('false_alarm');
    const { tasks, branches } = await list();
    expect(tasks.map(({ task: name, state }) => [name, state])).toEqual([
      ['triage', 'done'],
      ['lessons', 'open'],
    ]);
    expect(branches).toEqual(['false_alarm']);
  });

  it('tells what is overdue', async () => {
    shim.clock.aheadMs = 2 * 3_600_000;
    expect((await list()).tasks[0]).toMatchObject({ task: 'triage', overdue: true });
    shim.clock.aheadMs = 0;
  });

  it('is empty without a playbook, and there is none of an unknown incident', async () => {
    const plain = await withoutPlaybook(shim);
    const answer = await shim.ask(`/api/v1/incidents/${plain}/tasks`);
    expect(await read(answer)).toMatchObject({ playbook: '', tasks: [], decisions: [] });
    const unknown = await shim.ask('/api/v1/incidents/INC-1/tasks');
    expect(await failure(unknown)).toEqual([404, 'incident_not_found']);
  });
});

describe('a task', () => {
  it('is done with a result of its schema, by whom the token names', async () => {
    const done = checklistSchema.parse(await read(await verdict('confirmed')));
    const result = { verdict: 'confirmed' };
    expect(done.tasks[0]).toMatchObject({ state: 'done', done_by: 'ada', result });
    const wrong = await post('tasks/rotate', { result: { verdict: 'confirmed' } });
    expect(await failure(wrong)).toEqual([409, 'result_invalid']);
  });

  it('is refused out of order, to another role, and where there is none', async () => {
    const early = await post('tasks/rotate', {});
    expect(await failure(early)).toEqual([409, 'out_of_order']);
    await verdict('confirmed');
    const stranger = await post('tasks/root_cause', {}, shim.tokens.operator);
    expect(await failure(stranger)).toEqual([403, 'forbidden']);
    expect(await failure(await post('tasks/nothing', {}))).toEqual([404, 'unknown_task']);
  });

  it('keeps what is attached before it is done, and nothing of what is refused', async () => {
    await verdict('confirmed');
    const evidence = [{ media_type: 'text/plain', base64: btoa('a finding') }];
    const digest = sha256Hex('a finding');
    expect(await failure(await post('tasks/rotate', { evidence, result: { x: 1 } }))).toEqual([
      ...[409, 'result_invalid'],
    ]);
    await expect(shim.store.get(digest)).rejects.toMatchObject({ code: 'evidence_missing' });
    expect(await failure(await post('tasks/root_cause', {}))).toEqual([409, 'evidence_required']);
    expect((await post('tasks/root_cause', { evidence })).status).toBe(200);
    expect(Buffer.from(await shim.store.get(digest)).toString()).toBe('a finding');
    const kept = await read(
      await shim.ask(`/api/v1/incidents/${id}/evidence`, { token: shim.tokens.admin }),
    );
    expect(kept).toMatchObject([{ sha256: digest, name: 'root_cause', state: 'kept' }]);
  });

  it('takes what is kept by its digest, and no digest under which nothing is', async () => {
    await verdict('confirmed');
    const unknown = { evidence: [{ sha256: '0'.repeat(64) }] };
    expect(await failure(await post('tasks/root_cause', unknown))).toEqual([
      ...[404, 'evidence_not_found'],
    ]);
    await post('tasks/root_cause', { evidence: [{ media_type: 'text/plain', base64: btoa('b') }] });
    const known = { evidence: [{ sha256: sha256Hex('b') }] };
    const { tasks } = checklistSchema.parse(await read(await post('tasks/rotate', known)));
    expect(tasks.find(({ task: name }) => name === 'rotate')?.evidence).toEqual([
      { sha256: sha256Hex('b'), size: 1, media_type: 'text/plain' },
    ]);
  });

  it('is one command under one key', async () => {
    shim.course.arrived.length = 0;
    const key = { 'Idempotency-Key': 'k' };
    const result = { verdict: 'confirmed' };
    await post('tasks/triage', { result }, shim.tokens.admin, key);
    await post('tasks/triage', { result }, shim.tokens.admin, key);
    await post('tasks/rotate', {}, shim.tokens.admin, key);
    expect(new Set(shim.course.arrived)).toEqual(
      new Set(['ada/complete/triage/k', 'ada/complete/rotate/k']),
    );
  });

  it('has no room for a document in its result', async () => {
    const words = Array.from({ length: 20 }, () => 'x'.repeat(1_000));
    const long = await post('tasks/triage', { result: { verdict: words } });
    expect(await failure(long)).toEqual([400, 'invalid_request']);
  });
});

describe('an assignment', () => {
  it('is to a person who can do the task', async () => {
    const assigned = await post('tasks/triage/assign', { to: 'ada' }, shim.tokens.operator);
    const { tasks } = checklistSchema.parse(await read(assigned));
    expect(tasks[0]).toMatchObject({ state: 'assigned', assignee: 'ada' });
    for (const to of ['nobody', 'rita', 'runtime-attestor']) {
      const refused = await post('tasks/triage/assign', { to });
      expect(await failure(refused)).toEqual([400, 'bad_assignee']);
    }
  });

  it('is not to whom the incident is about, who may not do it either', async () => {
    const refused = await post('tasks/triage/assign', { to: 'oskar' });
    expect(await failure(refused)).toEqual([409, 'about_oneself']);
    const result = { verdict: 'false_alarm' };
    const own = await post('tasks/triage', { result }, shim.tokens.operator);
    expect(await failure(own)).toEqual([409, 'about_oneself']);
  });
});

describe('a false positive', () => {
  it('is dismissed with a reason and what to tune, once a task has found it to be one', async () => {
    const says = { reason: 'a load test', tune: 'raise the threshold' };
    expect(await failure(await post('dismiss', says))).toEqual([409, 'not_a_false_positive']);
    await verdict('false_alarm');
    expect(await failure(await post('dismiss', { reason: 'x' }))).toEqual([
      ...[400, 'invalid_request'],
    ]);
    const dismissed = await readIncident(await post('dismiss', says));
    expect(dismissed).toMatchObject({ state: 'resolved', resolved_by: 'ada', dismissal: says });
  });

  it('is dismissed by operators alone, and from the record once its workflow is over', async () => {
    await verdict('false_alarm');
    const says = { reason: 'a load test', tune: 'nothing' };
    const reader = await post('dismiss', says, shim.tokens.reader);
    expect(await failure(reader)).toEqual([403, 'forbidden']);
    await post('dismiss', says);
    shim.course.running = false;
    expect((await post('dismiss', says)).status).toBe(200);
  });
});
