import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Order } from '../../src/domain/messages.ts';
import { eventOfOrder } from '../../src/domain/order-event.ts';
import { refusalOfOrder } from '../../src/domain/orders.ts';
import { HAPPENS, incidentAfter, LATCHED } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, task, TRIAGE } from '../support/playbooks.ts';

const { acknowledged, closed, inForce, resolved } = HAPPENS;
const { done, decided } = BY_PLAYBOOK;
const BY = { by: 'ada', claim: '', note: '' };
const REF = { sha256: 'f'.repeat(64), size: 1, media_type: 'text/plain' };
const CONFIRMED = done('triage', { verdict: 'confirmed' });
const FALSE_ALARM = done('triage', { verdict: 'false_alarm' });

const PLAYBOOK = {
  branches: TRIAGE.branches,
  tasks: [
    TRIAGE.task,
    task('root_cause', { branch: 'threat', after: ['triage'], evidence: 1 }),
    task('tune', { branch: 'false_alarm' }),
    task('lessons', { phase: 'review' }),
  ],
  steps: [
    step('kill', { approval: APPROVAL }),
    step('log'),
    step('wipe', { approval: APPROVAL, branch: 'threat' }),
  ],
};

const complete = (name: string, more: object = {}): Order => ({
  ...{ order: 'complete', task: name, result: {}, evidence: [], ...BY, ...more },
});
const assign = (name: string, to = 'bob'): Order => ({ order: 'assign', task: name, to, ...BY });
const decide = (name: string, by = 'ada'): Order => ({
  ...{ order: 'decide', step: name, verdict: 'approve', ...BY, by },
});
const review = (by: string): Order => ({ order: 'review', document: REF, ...BY, by });
const DISMISS: Order = { order: 'dismiss', dismissal: { reason: 'none', tune: 'that' }, ...BY };

const code = (order: Order, ...events: IncidentEvent[]) =>
  refusalOfOrder(incidentBy(PLAYBOOK, events), order, 0)?.code ?? null;

describe('a task', () => {
  it('is taken where it is to be done as things stand', () => {
    expect(code(assign('triage'))).toBeNull();
    expect(code(assign('nothing'))).toBe('unknown_task');
    expect(code(assign('root_cause'))).toBe('task_not_active');
    expect(code(assign('root_cause'), CONFIRMED)).toBeNull();
    expect(code(assign('lessons'))).toBe('not_resolved');
    expect(code(assign('triage'), resolved)).toBe('already_resolved');
    expect(code(assign('triage'), resolved, closed)).toBe('already_closed');
  });

  it('is done in its order, with the result and the evidence that it asks for', () => {
    const verdict = { result: { verdict: 'confirmed' } };
    expect(code(complete('triage'))).toBe('result_invalid');
    expect(code(complete('triage', { result: { verdict: 'perhaps' } }))).toBe('result_invalid');
    expect(code(complete('triage', verdict))).toBeNull();
    expect(code(complete('root_cause'), CONFIRMED)).toBe('evidence_required');
    expect(code(complete('root_cause', { evidence: [REF] }), CONFIRMED)).toBeNull();
    const tasks = [task('first'), task('second', { after: ['first'] })];
    const early = refusalOfOrder(incidentBy({ tasks }), complete('second'), 0);
    expect(early).toMatchObject({ code: 'out_of_order', message: 'First comes first' });
  });

  it('that is done stays as it was: a repeat is no refusal, and tells nothing', () => {
    const incident = incidentBy(PLAYBOOK, [CONFIRMED]);
    const again = complete('triage', { result: { verdict: 'false_alarm' } });
    expect(refusalOfOrder(incident, again, 0)).toBeNull();
    if (again.order !== 'dismiss') expect(eventOfOrder(incident, again)).toBeNull();
  });

  it('is not there without a playbook', () => {
    expect(refusalOfOrder(incidentAfter({}), assign('triage'), 0)?.code).toBe('no_playbook');
  });
});

describe('whom the incident is about', () => {
  const about = { ...incidentBy(PLAYBOOK), subject: { operator: 'ada' } };
  const also = { ...incidentBy(PLAYBOOK), further_subjects: [{ principal: 'ada' }] };

  it.each([complete('triage'), decide('kill'), DISMISS, assign('triage', 'ada')])(
    'has no say in it: %j',
    (order) => {
      expect(refusalOfOrder(about, order, 0)?.code).toBe('about_oneself');
      expect(refusalOfOrder(also, order, 0)?.code).toBe('about_oneself');
    },
  );
});

describe('a decision', () => {
  const { binding } = incidentBy(PLAYBOOK);

  it('is made once, of a step that is to be decided as things stand', () => {
    expect(code(decide('kill'))).toBeNull();
    expect(code(decide('log'))).toBe('unknown_step');
    expect(code(decide('wipe'))).toBe('step_not_active');
    expect(code(decide('kill', ''))).toBe('unauthenticated');
    expect(code(decide('kill'), decided('kill', 'bob', binding, 'decline'))).toBe(
      'already_decided',
    );
    expect(code(decide('kill'), resolved)).toBe('already_resolved');
  });

  it('is told with the containment that it is of', () => {
    const incident = incidentBy(PLAYBOOK, [inForce()]);
    const order = decide('kill');
    if (order.order === 'dismiss') throw new Error('it is a decision');
    expect(eventOfOrder(incident, order)).toMatchObject({
      ...{ type: 'decided', step: 'kill', verdict: 'approve', by: 'ada' },
      binding: incident.binding,
    });
  });
});

describe('a dismissal', () => {
  it('takes a task that found it to be a false positive, and those that follow from that', () => {
    expect(code(DISMISS)).toBe('not_a_false_positive');
    expect(code(DISMISS, CONFIRMED)).toBe('not_a_false_positive');
    expect(code(DISMISS, FALSE_ALARM)).toBe('tasks_open');
    expect(code(DISMISS, FALSE_ALARM, done('tune'))).toBeNull();
  });

  it('opens no latch', () => {
    const events = [FALSE_ALARM, done('tune')];
    const of = (...more: IncidentEvent[]) =>
      refusalOfOrder(incidentBy(PLAYBOOK, [...events, ...more], LATCHED), DISMISS, 0)?.code;
    expect(of()).toBe('acknowledgement_required');
    expect(of(acknowledged)).toBe('reattestation_required');
  });

  it('is no refusal when repeated, but is one of what was resolved', () => {
    const dismissal = { reason: 'none', tune: 'that' };
    expect(code(DISMISS, { ...resolved, dismissal })).toBeNull();
    expect(code(DISMISS, resolved)).toBe('already_resolved');
    expect(refusalOfOrder(incidentAfter({}), DISMISS, 0)).toBeNull();
  });
});

describe('a review', () => {
  it('is signed after the resolution, by another than who resolved it', () => {
    expect(code(review('ada'))).toBe('not_resolved');
    expect(code(review('bob'), resolved)).toBe('same_person');
    expect(code(review('ada'), resolved)).toBeNull();
  });
});
