import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { playbookClocks } from '../../src/domain/playbook-clocks.ts';
import { AT_MS } from '../support/admissions.ts';
import { HAPPENS, incidentAfter } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, HOUR_MS, incidentBy, step, task } from '../support/playbooks.ts';

const { acknowledged, closed, resolved } = HAPPENS;
const { assigned, decided, done } = BY_PLAYBOOK;
const PLAYBOOK = {
  clocks: { respond: 1_000, analyze: 2_000 },
  tasks: [
    task('look', { due_ms: 3_000 }),
    task('aside', { required: false }),
    task('lessons', { phase: 'review', due_ms: 4_000 }),
  ],
  steps: [step('kill', { approval: APPROVAL }), step('log')],
};
const running = (...events: IncidentEvent[]) =>
  Object.fromEntries(
    playbookClocks(incidentBy(PLAYBOOK, events)).map(({ stage, dueMs }) => [stage, dueMs - AT_MS]),
  );

describe('the clocks of a playbook', () => {
  it('run from the report: for the response, each phase, each task and each decision', () => {
    expect(running()).toEqual({
      ...{ respond: 1_000, analyze: 2_000, 'task/look': 3_000, 'decide/kill': HOUR_MS },
    });
  });

  it('end each with what they are about', () => {
    expect(running(acknowledged)).not.toHaveProperty('respond');
    expect(running(assigned('look', 'bob'))).not.toHaveProperty('respond');
    expect(Object.keys(running(done('look')))).toEqual(['decide/kill']);
    const { binding } = incidentBy(PLAYBOOK);
    const declined = decided('kill', 'ada', binding, 'decline');
    expect(running(declined)).not.toHaveProperty('decide/kill');
  });

  it('are those of the review from the resolution on, and none when it is closed', () => {
    expect(running(resolved)).toEqual({ 'task/lessons': 5_000 });
    expect(running(resolved, closed)).toEqual({});
  });

  it('are none without a playbook', () => {
    expect(playbookClocks(incidentAfter({}))).toEqual([]);
  });
});
