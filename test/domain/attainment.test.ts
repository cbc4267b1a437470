import { describe, expect, it } from 'vitest';
import { attainmentsOf } from '../../src/domain/attainment.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { createOutcomeTally } from '../../src/domain/outcome-tally.ts';
import type { Slas } from '../../src/domain/plan.ts';
import { AT, incidentId } from '../support/admissions.ts';
import { HAPPENS, later, LATCHED } from '../support/incidents.ts';
import { BY_PLAYBOOK, incidentBy, task, TRIAGE } from '../support/playbooks.ts';

const SLAS: Slas = {
  ...{ contain_ms: 2_000, acknowledge_ms: 10_000, resolve_ms: 100_000, review_ms: 5_000 },
  repeat_ms: 300,
};
const { acknowledged, breached, closed, contained, inForce, resolved } = HAPPENS;
const { assigned, done } = BY_PLAYBOOK;
const PLAYBOOK = {
  clocks: { respond: 3_000, analyze: 5_000 },
  tasks: [task('root_cause'), task('notes', { required: false })],
};
const after = (...events: IncidentEvent[]) =>
  incidentBy(PLAYBOOK, events, { ...LATCHED, slas: SLAS });
const ends = (...events: IncidentEvent[]) =>
  Object.fromEntries(
    attainmentsOf(after(...events)).map(({ clock, attained }) => [clock, attained]),
  );

describe('a clock', () => {
  it('runs until what it is about has come', () => {
    expect(ends()).toEqual({
      ...{ contain: 'running', acknowledge: 'running', resolve: 'running' },
      ...{ respond: 'running', analyze: 'running' },
    });
  });

  it('is met where that came in time, and missed where it came late', () => {
    expect(ends(inForce(), contained)['contain']).toBe('met');
    expect(ends(inForce(), acknowledged, contained)['contain']).toBe('missed');
    expect(ends(inForce(), acknowledged)['respond']).toBe('met');
    const late = [inForce(), inForce(), inForce(), acknowledged];
    expect(ends(...late)['respond']).toBe('missed');
  });

  it('is missed as soon as that is told, and stays so', () => {
    expect(ends(breached('acknowledge'))['acknowledge']).toBe('missed');
    expect(ends(breached('acknowledge'), inForce(), acknowledged)['acknowledge']).toBe('missed');
  });

  it('of a phase ends with its last task, those left aside that nothing waits for', () => {
    const [, analyze] = attainmentsOf(after(done('root_cause'))).slice(-2);
    expect(analyze).toMatchObject({ clock: 'analyze', attained: 'met', met_at: later(1) });
  });

  it('of a phase is not there as long as nothing of it is to be done', () => {
    const branched = { ...TRIAGE.task, phase: 'verify' as const };
    const tasks = [branched, task('root_cause', { branch: 'threat' })];
    const plan = { clocks: { analyze: 5_000, verify: 5_000 }, branches: TRIAGE.branches, tasks };
    const clocks = (...events: IncidentEvent[]) =>
      attainmentsOf(incidentBy(plan, events)).map(({ clock, attained }) => [clock, attained]);
    expect(clocks()).toEqual([['verify', 'running']]);
    expect(clocks(done('triage', { verdict: 'confirmed' }))).toEqual([
      ['verify', 'met'],
      ['analyze', 'running'],
    ]);
  });

  it('of the response ends when somebody has taken it on, and for good', () => {
    expect(ends(assigned('root_cause', 'ada'))['respond']).toBe('met');
    const meanwhile = [assigned('root_cause', 'bob'), inForce(), contained, done('root_cause')];
    expect(ends(assigned('root_cause', 'ada'), ...meanwhile)['respond']).toBe('met');
  });

  it('of the review begins at the resolution and ends with the closing', () => {
    const at = (...events: IncidentEvent[]) =>
      attainmentsOf(after(inForce(), ...events)).find(({ clock }) => clock === 'review');
    expect(at()).toBeUndefined();
    expect(at(resolved)).toMatchObject({ due_at: later(7), attained: 'running', met_at: '' });
    expect(at(resolved, closed)).toMatchObject({ attained: 'met', met_at: later(3) });
  });
});

describe('a tally', () => {
  it('counts each incident once, by what it has come to last', () => {
    const tally = createOutcomeTally();
    tally.count(after());
    tally.count(after(inForce(), contained));
    tally.count({ ...after(), id: incidentId(2) });
    expect(tally.figures().clocks['contain']).toEqual({ met: 1, missed: 0, running: 1 });
    expect(tally.figures().false_positives).toEqual([]);
  });

  it('counts false positives by detector and class', () => {
    const tally = createOutcomeTally();
    const dismissal = { reason: 'a load test', tune: 'the threshold' };
    tally.count(after({ ...resolved, dismissal }));
    const mark = { rule: 'r', title: 't', identity: 'a'.repeat(64), delivery: 'b'.repeat(64) };
    const alert = { format: 'falco' as const, ...mark, index: 0 };
    tally.count({ ...after({ ...resolved, dismissal }), id: incidentId(2), alert });
    const same = { source: 'agent', class: 'prompt_injection', count: 1 };
    expect(tally.figures().false_positives).toEqual([
      { ...same, format: '' },
      { ...same, format: 'falco' },
    ]);
  });
});

it('is told of nothing that has not happened', () => {
  expect(attainmentsOf(after()).every(({ met_at, due_at }) => met_at === '' && due_at > AT)).toBe(
    true,
  );
});
