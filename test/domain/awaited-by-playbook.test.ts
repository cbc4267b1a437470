import { describe, expect, it } from 'vitest';
import { awaitedByBreaker, awaitedByPlaybook } from '../../src/domain/awaited-by-playbook.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { DISMISS_STEP, RESOLVE_STEP } from '../../src/domain/progress.ts';
import { HAPPENS, incidentAfter, later, LATCHED } from '../support/incidents.ts';
import { BY_PLAYBOOK, incidentBy, step, task, TRIAGE, TWO_PERSONS } from '../support/playbooks.ts';

const { closed, resolved } = HAPPENS;
const { assigned, decided, done, reviewed } = BY_PLAYBOOK;
const PLAYBOOK = {
  branches: TRIAGE.branches,
  tasks: [
    TRIAGE.task,
    task('root_cause', { branch: 'threat', role: 'forensic' }),
    task('after_it', { branch: 'threat', after: ['root_cause'] }),
  ],
  steps: [step('kill', { branch: 'threat', approval: TWO_PERSONS })],
  review: { signed: true, asks: [] },
};
const waits = (...events: IncidentEvent[]) =>
  awaitedByPlaybook(incidentBy(PLAYBOOK, events, LATCHED)).map(
    ({ what, from }) => `${what} from ${from}`,
  );
const CONFIRMED = done('triage', { verdict: 'confirmed' });

describe('what a playbook waits for', () => {
  it('is a dismissal by another than the first of two who asked for one', () => {
    const { binding } = incidentBy(PLAYBOOK, [], LATCHED);
    const none = done('triage', { verdict: 'false_alarm' });
    const asked = (way: string) => waits(none, decided(way, 'ada', binding));
    expect(asked(DISMISS_STEP)).toEqual(['dismissal from an operator other than ada']);
    expect(asked(RESOLVE_STEP)).toEqual(['dismissal from an operator']);
  });

  it('is each task that can be done, from whoever has it or could', () => {
    expect(waits()).toEqual(['the task triage from an operator']);
    expect(waits(assigned('triage', 'bob'))).toEqual(['the task triage from bob']);
    expect(waits(CONFIRMED)).toEqual([
      'the task root_cause from a forensic examiner',
      'the decision on kill from two persons, each an operator',
    ]);
  });

  it('is the dismissal of what turned out to be nothing', () => {
    expect(waits(done('triage', { verdict: 'false_alarm' }))).toEqual([
      'dismissal from an operator',
    ]);
  });

  it('is the second of two persons where one has resolved it', () => {
    const resolve = { persons: 2, within_ms: 1_000 };
    const { binding } = incidentBy({ resolve });
    const first = incidentBy({ resolve }, [decided(RESOLVE_STEP, 'ada', binding)]);
    expect(awaitedByPlaybook(first)).toMatchObject([
      { by: 'resolution', from: 'an operator other than ada' },
    ]);
    const changed = [decided(RESOLVE_STEP, 'ada', binding), HAPPENS.inForce()];
    expect(awaitedByPlaybook(incidentBy({ resolve }, changed))).toEqual([]);
  });

  it('is the signature after the resolution, from another person', () => {
    expect(waits(resolved)).toEqual(['the signed review from an operator other than bob']);
    expect(waits(resolved, reviewed('ada'))).toEqual([]);
    expect(waits(resolved, closed)).toEqual([]);
  });

  it('is nothing without a playbook', () =>
    expect(awaitedByPlaybook(incidentAfter({}))).toEqual([]));
});

describe('what the breaker waits for', () => {
  const held: IncidentEvent = {
    ...{ type: 'breaker_held', actions: ['freeze_agent'], reason: 'too many' },
    decide_by: later(60),
  };

  it('is one decision on all that it holds, until it is made', () => {
    expect(awaitedByBreaker(incidentAfter({}))).toEqual([]);
    expect(awaitedByBreaker(incidentAfter({}, held))).toMatchObject([
      { name: 'breaker', what: 'the decision on freeze_agent, which the breaker holds' },
    ]);
    const { binding } = incidentAfter({}, held);
    const made = decided('breaker', 'ada', binding);
    expect(awaitedByBreaker(incidentAfter({}, held, made))).toEqual([]);
    expect(awaitedByBreaker(incidentAfter({}, held, resolved))).toEqual([]);
  });
});
