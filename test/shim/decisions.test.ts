import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checklistSchema } from '../../src/domain/checklist.ts';
import { admission, freeze, incidentId, recorded } from '../support/admissions.ts';
import { APPROVAL, playbookPlan, step, TWO_PERSONS } from '../support/playbooks.ts';
import { boot, failure, read, type Booted } from './boot.ts';

let shim: Booted;
let id: string;
let backup: string;
let told = 0;
beforeAll(async () => {
  shim = await boot();
  const bea = { name: 'bea', roles: ['backup_contact' as const], source: '', classes: [] };
  backup = (await shim.principals.add({ kind: 'person', ...bea }, 'test')).token;
});
afterAll(() => shim.stop());
beforeEach(async () => {
  told += 1;
  const playbook = playbookPlan({
    steps: [
      step('recycle', { approval: APPROVAL }),
      step('kill_all', {
        approval: { ...TWO_PERSONS, roles: ['operator', 'backup_contact'], on_demand: true },
      }),
      step('log'),
    ],
  });
  const at = new Date().toISOString();
  await shim.ledger.log.admit(admission(told, { at, playbook }));
  id = incidentId(told);
});

const decide = (name: string, verdict: string, token = shim.tokens.admin) =>
  shim.ask(`/api/v1/incidents/${id}/decisions/${name}`, { token, body: { verdict } });

describe('a decision', () => {
  it('is open for as long as nobody has made it, and says who may', async () => {
    const { decisions } = checklistSchema.parse(
      await read(await shim.ask(`/api/v1/incidents/${id}/tasks`)),
    );
    expect(decisions).toMatchObject([
      { step: 'recycle', roles: ['operator'], persons: 1, on_demand: false, given: [] },
      { step: 'kill_all', roles: ['operator', 'backup_contact'], persons: 2, due_at: '' },
    ]);
  });

  it('is made by a person of its roles', async () => {
    const declined = checklistSchema.parse(await read(await decide('recycle', 'decline')));
    expect(declined.decisions.map((decision) => decision.step)).toEqual(['kill_all']);
    expect(await failure(await decide('recycle', 'approve'))).toEqual([409, 'already_decided']);
    expect(await failure(await decide('log', 'approve'))).toEqual([404, 'unknown_step']);
    expect(await failure(await decide('kill_all', 'perhaps'))).toEqual([400, 'invalid_request']);
  });

  it('shows who has approved while another is waited for', async () => {
    const first = checklistSchema.parse(
      await read(await decide('kill_all', 'approve', shim.tokens.operator)),
    );
    expect(first.decisions.at(-1)).toMatchObject({
      step: 'kill_all',
      given: [{ by: 'oskar', verdict: 'approve' }],
    });
  });

  it('is the backup contact’s only where the step names it', async () => {
    expect((await decide('kill_all', 'approve', backup)).status).toBe(200);
    expect(await failure(await decide('recycle', 'approve', backup))).toEqual([403, 'forbidden']);
  });
});

describe('what the breaker holds', () => {
  const due = '2099-01-01T00:00:00.000Z';

  it('is decided by an operator under its own name, also where there is no playbook', async () => {
    told += 1;
    id = incidentId(told);
    await shim.ledger.log.admit(admission(told, { holds: [freeze('a')] }));
    expect(await failure(await decide('breaker', 'approve'))).toEqual([409, 'no_playbook']);
    const held = { actions: ['freeze_agent'], reason: 'too many', decide_by: due };
    await shim.ledger.log.append(id, [recorded('held', { type: 'breaker_held', ...held })]);
    const open = checklistSchema.parse(await read(await shim.ask(`/api/v1/incidents/${id}/tasks`)));
    expect(open.decisions).toMatchObject([
      { step: 'breaker', action: 'freeze_agent', roles: ['operator'], due_at: due },
    ]);
    expect(await failure(await decide('breaker', 'approve', backup))).toEqual([403, 'forbidden']);
    const decided = checklistSchema.parse(await read(await decide('breaker', 'approve')));
    expect(decided.decisions).toEqual([]);
  });
});

describe('the backup contact', () => {
  it('acknowledges, resolves, re-attests and dismisses nothing', async () => {
    const bodies: [string, object][] = [
      ['incidents/acknowledge', { id }],
      ['incidents/resolve', { id }],
      ['recovery/reattest', { incident_id: id }],
      [`incidents/${id}/dismiss`, { reason: 'x', tune: 'y' }],
    ];
    for (const [path, body] of bodies) {
      const refused = await shim.ask(`/api/v1/${path}`, { token: backup, body });
      expect(await failure(refused)).toEqual([403, 'forbidden']);
    }
  });
});

describe('a resolution that takes two persons', () => {
  it('is answered 202 to the first of them', async () => {
    const status = 'waiting for a second person';
    shim.course.send = async () => ({ done: { status } });
    const body = { id };
    const answer = await shim.ask('/api/v1/incidents/resolve', { token: shim.tokens.admin, body });
    expect([answer.status, await read(answer)]).toEqual([202, { status }]);
  });
});
