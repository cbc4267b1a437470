import { describe, expect, it } from 'vitest';
import { aboutEvent } from '../../../src/adapters/notify/about-event.ts';
import { notificationOf } from '../../../src/adapters/notify/notification.ts';
import type { LedgerEntry } from '../../../src/domain/ledger-entry.ts';
import { AT } from '../../support/admissions.ts';
import { HAPPENS, incidentAfter } from '../../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, task } from '../../support/playbooks.ts';

const { assigned, checked, done } = BY_PLAYBOOK;
const INCIDENT = incidentBy(
  { tasks: [task('look')], steps: [step('kill', { approval: APPROVAL })] },
  [assigned('look', 'bob'), done('look', { found: 'a secret word' })],
);

function entry({ type, ...body }: { type: string; [name: string]: unknown }): LedgerEntry {
  const told: LedgerEntry['body'] = JSON.parse(JSON.stringify(body));
  const link = { prev_hash: '0'.repeat(64), hash: '1'.repeat(64) };
  return {
    seq: 1,
    incident_id: INCIDENT.id,
    key: 'k',
    at: AT,
    actor: 'ada',
    type,
    body: told,
    ...link,
  };
}
const overdue = (stage: string) => entry({ type: 'sla_breached', stage, due_at: AT, times: 1 });

describe('what a notification is about', () => {
  it('is the task, the step or the clock, and no word of what was found', () => {
    expect(aboutEvent(entry(assigned('look', 'bob')), INCIDENT)).toEqual({
      ...{ task: 'look', to: 'bob', by: 'ada', level: 'P1' },
    });
    expect(aboutEvent(entry(done('look', { found: 'a secret word' })), INCIDENT)).toEqual({
      ...{ task: 'look', by: 'ada', level: 'P1' },
    });
  });

  it('is whose it is where a task or a decision is overdue', () => {
    const late = { due_at: AT, level: 'P1', roles: 'operator' };
    expect(aboutEvent(overdue('task/look'), INCIDENT)).toEqual({
      ...{ stage: 'task/look', assignee: 'bob', ...late },
    });
    expect(aboutEvent(overdue('decide/kill'), INCIDENT)).toEqual({ stage: 'decide/kill', ...late });
    expect(aboutEvent(overdue('contain'), incidentAfter({}))).toEqual({
      ...{ stage: 'contain', due_at: AT },
    });
  });

  it('is each check that does not pass', () => {
    const compared = checked(['images', 'pass'], ['state', 'unknown'], ['policies', 'fail']);
    expect(aboutEvent(entry(compared), INCIDENT)).toEqual({ state: 'unknown', policies: 'fail' });
  });

  it('is nothing of other events, nor of one that is about no incident', () => {
    expect(aboutEvent(entry(HAPPENS.contained), INCIDENT)).toEqual({});
    expect(aboutEvent(entry({ type: 'policy_put_in_force', by: 'ada' }), null)).toEqual({});
  });
});

it('tells no receiver what people have found by the playbook', () => {
  const webhook = {
    ...{ name: 'on_call', url: 'https://x.test', secret_file: 's', events: ['task_done'] },
    ...{ min_severity: 'low' as const, timeout: 1 },
  };
  const sent = notificationOf(webhook, entry(done('look')), INCIDENT);
  expect(sent).toMatchObject({ type: 'task_done', about: { task: 'look' } });
  expect(JSON.stringify(sent)).not.toContain('a secret word');
});
