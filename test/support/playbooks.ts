import type { CheckResult } from '../../src/domain/baseline-check.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { BlastRadius } from '../../src/domain/inventory.ts';
import type { Plan, PlannedAction } from '../../src/domain/plan.ts';
import type { PlannedStep, PlannedTask, PlaybookPlan } from '../../src/domain/playbook-plan.ts';
import type { TaskResult } from '../../src/domain/result-field.ts';
import { AT } from './admissions.ts';
import { AIRLOCK, incidentAfter } from './incidents.ts';

export const HOUR_MS = 3_600_000;

/** A task without a result, for an operator, due in an hour, which the resolution waits for. */
export function task(name: string, more: Partial<PlannedTask> = {}): PlannedTask {
  return {
    ...{ task: name, phase: 'analyze', title: `Do ${name}`, guidance: '', role: 'operator' },
    ...{ due_ms: HOUR_MS, required: true, result: {}, evidence: 0, after: [], branch: '' },
    ...more,
  };
}

/** A step on the incident's own subject that is taken without asking. */
export function step(name: string, more: Partial<PlannedStep> = {}): PlannedStep {
  const { target, kind, freeze, destructive, release, timeout_ms } = AIRLOCK;
  const how = { target, kind, freeze, destructive, release, timeout_ms };
  return {
    step: name,
    template: { action: name, ...how, scope: [], unnamed_host: '' },
    ...{ each: null, after: [], branch: '', approval: null },
    ...more,
  };
}

/** What a step asks for that one operator has to approve. */
export const APPROVAL: NonNullable<PlannedStep['approval']> = {
  roles: ['operator'],
  persons: 1,
  within_ms: HOUR_MS,
  on_demand: false,
};
export const TWO_PERSONS = { ...APPROVAL, persons: 2 };

/** A playbook that asks nothing of anybody, but for what it is to have instead. */
export function playbookPlan(more: Partial<PlaybookPlan> = {}): PlaybookPlan {
  return {
    ...{ playbook: 'a_playbook', title: 'A playbook', digest: 'c'.repeat(64), level: 'P1' },
    ...{ steps: [], branches: {}, tasks: [], checks: [], watch_ms: 0, clocks: {} },
    resolve: { persons: 1, within_ms: HOUR_MS },
    review: { signed: false, asks: [] },
    ...more,
  };
}

/** `triage` finds out whether it is a `threat` or a `false_alarm`, which ends it. */
export const TRIAGE = {
  task: task('triage', {
    phase: 'verify',
    result: { verdict: { type: 'choice', of: ['confirmed', 'false_alarm'], optional: false } },
  }),
  branches: {
    threat: { task: 'triage', field: 'verdict', is: ['confirmed'], ends: '' },
    false_alarm: { task: 'triage', field: 'verdict', is: ['false_alarm'], ends: 'false_positive' },
  },
} as const satisfies { task: PlannedTask; branches: PlaybookPlan['branches'] };

/** An incident with that playbook to which the events have happened, a second apart. */
export function incidentBy(
  playbook: Partial<PlaybookPlan>,
  events: readonly IncidentEvent[] = [],
  plan: Partial<Plan> = {},
): Incident {
  return incidentAfter({ ...plan, playbook: playbookPlan(playbook) }, ...events);
}

/** What may happen by a playbook, in its shortest form. */
export const BY_PLAYBOOK = {
  assigned: (name: string, to: string) => ({
    ...{ type: 'task_assigned' as const, task: name, to, by: 'ada' },
  }),
  done: (name: string, result: TaskResult = {}, by = 'ada') => ({
    ...{ type: 'task_done' as const, task: name, by, claim: '', note: '', result, evidence: [] },
  }),
  /** Of the containment with that binding. */
  decided: (
    name: string,
    by: string,
    binding: string,
    verdict: 'approve' | 'decline' = 'approve',
  ) => ({
    ...{ type: 'decided' as const, by, claim: '', note: '', step: name, verdict, binding },
  }),
  engaged: (name: string, ...actions: PlannedAction[]) => ({
    ...{ type: 'engaged' as const, step: name, actions },
  }),
  scoped: (reaches: Partial<BlastRadius['reaches']>) => ({
    ...{ type: 'scoped' as const, inventory: 'e'.repeat(64), left_out: {} },
    reaches: { ...NOTHING_REACHED, ...reaches },
  }),
  checked: (...verdicts: [check: string, verdict: CheckResult['verdict']][]) => ({
    type: 'checked' as const,
    results: verdicts.map(([check, verdict]) => ({ check, verdict, detail: 'compared', at: AT })),
  }),
  reviewed: (by: string) => ({
    ...{ type: 'reviewed' as const, by, note: '' },
    document: { sha256: 'f'.repeat(64), size: 1, media_type: 'text/markdown' },
  }),
} as const satisfies Record<string, (...given: never[]) => IncidentEvent>;

export const NOTHING_REACHED: BlastRadius['reaches'] = {
  ...{ agents: [], containers: [], identities: [], images: [] },
  ...{ secrets: [], state: [], consumers: [] },
};
