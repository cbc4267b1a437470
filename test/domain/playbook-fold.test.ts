import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { AIRLOCK, HAPPENS, incidentAfter, later } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, task } from '../support/playbooks.ts';

const { assigned, checked, decided, done, engaged, reviewed, scoped } = BY_PLAYBOOK;
const PLAYBOOK = { tasks: [task('look')], steps: [step('block', { approval: APPROVAL })] };
const after = (...events: IncidentEvent[]) => incidentBy(PLAYBOOK, events);
const progress = (...events: IncidentEvent[]) => after(...events).playbook;

describe('the progress in a playbook', () => {
  it('begins with every task open and every step waiting', () => {
    expect(progress()).toMatchObject({
      tasks: [{ task: 'look', state: 'open', assigned_to: '' }],
      steps: [{ step: 'block', state: 'waiting', actions: [] }],
      ...{ decisions: [], scope: null, checks: [], review: null },
    });
  });

  it('keeps who has a task, and what it has come to', () => {
    expect(progress(assigned('look', 'bob'))?.tasks).toMatchObject([
      { state: 'assigned', assigned_to: 'bob' },
    ]);
    const found = progress(assigned('look', 'bob'), done('look', { count: 3 }));
    expect(found?.tasks).toMatchObject([
      {
        state: 'done',
        assigned_to: 'bob',
        done_by: 'ada',
        done_at: later(2),
        result: { count: 3 },
      },
    ]);
  });

  it('has the actions of a step among those of the incident when it is engaged', () => {
    const block = { ...AIRLOCK, action: 'block' };
    const incident = after(HAPPENS.inForce(), HAPPENS.contained, engaged('block', block));
    expect(incident.playbook?.steps).toMatchObject([{ state: 'engaged', actions: ['block'] }]);
    expect(incident.containment_actions.map(({ action }) => action)).toContain('block');
    expect(incident.state).toBe('open');
  });

  it('is declined by one, and approved without being engaged yet', () => {
    const { binding } = after();
    expect(progress(decided('block', 'ada', binding))?.steps[0]?.state).toBe('approved');
    const declined = progress(decided('block', 'ada', binding, 'decline'));
    expect(declined).toMatchObject({ steps: [{ state: 'declined' }], decisions: [{ by: 'ada' }] });
  });

  it('knows what was reached, what was compared last, and who signed', () => {
    const unknown: IncidentEvent = { type: 'scope_unknown', reason: 'no inventory' };
    expect(progress(unknown)?.scope_problem).toBe('no inventory');
    const known = scoped({ secrets: [{ secret: 'prod/db' }] });
    expect(progress(unknown, known)).toMatchObject({
      ...{ scope_problem: '', scope: { reaches: { secrets: [{ secret: 'prod/db' }] } } },
    });
    const compared = progress(checked(['images', 'fail']), checked(['images', 'pass']));
    expect(compared?.checks).toMatchObject([{ check: 'images', verdict: 'pass' }]);
    expect(progress(reviewed('bob'))?.review).toMatchObject({ by: 'bob', at: later(1) });
  });

  it('is of no incident without a playbook', () => {
    expect(incidentAfter({}, done('look')).playbook).toBeUndefined();
  });
});
