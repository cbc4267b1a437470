import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import {
  activeTasks,
  branchState,
  openTasks,
  readySteps,
  undecidedSteps,
  unmetBefore,
  untakenSteps,
  wantsScope,
} from '../../src/domain/progress.ts';
import type { PlaybookPlan } from '../../src/domain/playbook-plan.ts';
import { AIRLOCK, HAPPENS, incidentAfter } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, task, TRIAGE } from '../support/playbooks.ts';

const { assigned, decided, done, engaged, scoped } = BY_PLAYBOOK;
const { inForce, resolved } = HAPPENS;
const named = (list: readonly { task?: string; step?: string }[]) =>
  list.map((one) => one.task ?? one.step);

const BRANCHED: Partial<PlaybookPlan> = {
  branches: TRIAGE.branches,
  tasks: [
    TRIAGE.task,
    task('root_cause', { branch: 'threat', after: ['triage'] }),
    task('tune', { branch: 'false_alarm' }),
    task('always', { required: false }),
    task('lessons', { phase: 'review' }),
  ],
};
const progressOf = (events: IncidentEvent[] = [], plan = BRANCHED) => {
  const { playbook } = incidentBy(plan, events);
  if (playbook === undefined) throw new Error('it has a playbook');
  return playbook;
};

describe('a branch', () => {
  it('is unknown until its task is done, and then taken or not by what was found', () => {
    const states = (...events: IncidentEvent[]) =>
      ['threat', 'false_alarm'].map((name) => branchState(progressOf(events), name));
    expect(states(assigned('triage', 'ada'))).toEqual(['unknown', 'unknown']);
    expect(states(done('triage', { verdict: 'confirmed' }))).toEqual(['taken', 'not_taken']);
    expect(states(done('triage', { verdict: 'false_alarm' }))).toEqual(['not_taken', 'taken']);
  });

  it('that nobody has named is the trunk', () => {
    expect(branchState(progressOf(), '')).toBe('taken');
    expect(branchState(progressOf(), 'no_such')).toBe('unknown');
  });
});

describe('the tasks that are to be done', () => {
  const active = (...events: IncidentEvent[]) => named(activeTasks(progressOf(events)));

  it('are those of the trunk and of the branches that were taken', () => {
    expect(active()).toEqual(['triage', 'always', 'lessons']);
    expect(active(done('triage', { verdict: 'confirmed' }))).toEqual([
      ...['triage', 'root_cause', 'always', 'lessons'],
    ]);
  });

  it('are only those of the ending branch and of the review, where it was a false positive', () => {
    expect(active(done('triage', { verdict: 'false_alarm' }))).toEqual(['tune', 'lessons']);
  });

  it('hold up the resolution, or the closing, unless they are done or not required', () => {
    const incident = incidentBy(BRANCHED, [done('triage', { verdict: 'confirmed' })]);
    expect(named(openTasks(incident, 'resolve'))).toEqual(['root_cause']);
    expect(named(openTasks(incident, 'close'))).toEqual(['lessons']);
    expect(openTasks(incidentAfter({}), 'resolve')).toEqual([]);
  });

  it('wait for those before them, but for none that is not to be done', () => {
    const second = task('second', { after: ['first', 'elsewhere'] });
    const tasks = [task('first'), task('elsewhere', { branch: 'threat' }), TRIAGE.task, second];
    const plan = { branches: TRIAGE.branches, tasks };
    expect(unmetBefore(progressOf([], plan), second)).toEqual(['first']);
    expect(unmetBefore(progressOf([done('first')], plan), second)).toEqual([]);
  });
});

describe('a step', () => {
  const ready = (plan: Partial<PlaybookPlan>, ...events: IncidentEvent[]) =>
    named(readySteps(incidentBy(plan, events)));

  it('is taken without asking, after what is to be in force before', () => {
    const steps = [step('block'), step('recycle', { after: ['block', 'freeze_agent'] })];
    const block = { ...AIRLOCK, action: 'block' };
    expect(ready({ steps })).toEqual(['block']);
    expect(ready({ steps }, engaged('block', block), inForce(block))).toEqual([]);
    expect(ready({ steps }, engaged('block', block), inForce(block), inForce())).toEqual([
      'recycle',
    ]);
  });

  it('is not taken on a branch that was not, nor when it is over', () => {
    const plan = { ...BRANCHED, steps: [step('block', { branch: 'threat' }), step('log')] };
    expect(ready(plan)).toEqual(['log']);
    expect(ready(plan, done('triage', { verdict: 'confirmed' }))).toEqual(['block', 'log']);
    expect(ready(plan, done('triage', { verdict: 'false_alarm' }))).toEqual([]);
    expect(ready(plan, resolved)).toEqual([]);
  });

  it('on each of what was reached waits until that is known', () => {
    const plan = { steps: [step('rotate', { each: 'secrets' })] };
    expect([ready(plan), wantsScope(incidentBy(plan))]).toEqual([[], true]);
    const known = scoped({ secrets: [{ secret: 'prod/db' }] });
    expect([ready(plan, known), wantsScope(incidentBy(plan, [known]))]).toEqual([
      ['rotate'],
      false,
    ]);
  });

  it('is not taken by itself where containment is left to people, unless they ask for it', () => {
    const { binding } = incidentBy({});
    const plan = { steps: [step('log'), step('kill', { approval: APPROVAL })] };
    const by = (...events: IncidentEvent[]) =>
      named(readySteps(incidentBy(plan, events, { auto_contain: false })));
    expect(by()).toEqual([]);
    expect(by(decided('kill', 'ada', binding))).toEqual(['kill']);
  });

  it('is on its way from when it is engaged until all its actions are in force', () => {
    const block = { ...AIRLOCK, action: 'block' };
    const plan = { steps: [step('block')] };
    expect(untakenSteps(incidentBy(plan))).toEqual([]);
    expect(untakenSteps(incidentBy(plan, [engaged('block', block)]))).toEqual(['block']);
    expect(untakenSteps(incidentBy(plan, [engaged('block', block), inForce(block)]))).toEqual([]);
  });
});

describe('a decision', () => {
  const { binding } = incidentBy({});
  const KILL = { steps: [step('kill', { approval: APPROVAL })] };

  it('is waited for, unless the step is only there to be asked for', () => {
    expect(named(undecidedSteps(incidentBy(KILL)))).toEqual(['kill']);
    const declined = incidentBy(KILL, [decided('kill', 'ada', binding, 'decline')]);
    expect(undecidedSteps(declined)).toEqual([]);
    const onDemand = { steps: [step('kill', { approval: { ...APPROVAL, on_demand: true } })] };
    expect(undecidedSteps(incidentBy(onDemand))).toEqual([]);
  });
});
