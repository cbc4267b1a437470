import { templateOf } from './action-template.ts';
import type { PlaybookInForce, PlaybookStep, PlaybookTask } from './playbook.ts';
import type { PlannedStep, PlannedTask, PlaybookPlan } from './playbook-plan.ts';
import type { Policy } from './policy.ts';

/** The playbook of a class; undefined where none serves it. */
export function playbookServing(
  { playbooks }: Pick<Policy, 'playbooks'>,
  incidentClass: string,
): PlaybookInForce | undefined {
  return Object.values(playbooks).find(({ serves }) => serves.includes(incidentClass));
}

/** A playbook as an incident runs it: every step is planned as far as it can be before it is known on whom. */
export function planPlaybook(policy: Policy, playbook: PlaybookInForce): PlaybookPlan {
  const { watch, clocks, resolve, checks, review, title, digest, level } = playbook;
  return {
    ...{ playbook: playbook.playbook, title, digest, level, clocks, review },
    steps: playbook.steps
      .filter((step) => !isAtOnce(step))
      .map((step) => planStep(policy, step, playbook)),
    branches: Object.fromEntries(Object.entries(playbook.branches).map(planBranch)),
    tasks: playbook.tasks.map(planTask),
    checks: checks.map(({ check, branch = '' }) => ({ check, branch })),
    resolve: { persons: resolve.persons, within_ms: resolve.within },
    watch_ms: watch,
  };
}

function planBranch([name, { ends, ...when }]: [string, PlaybookInForce['branches'][string]]) {
  return [name, { ...when, ends: ends ?? '' }] as const;
}

/** True for a step that is an action of the class: taken as soon as there is an incident, and on its own subject. */
export function isAtOnce({ each, after, branch, approval }: PlaybookStep): boolean {
  return each === undefined && branch === undefined && approval === undefined && after.length === 0;
}

function planStep(policy: Policy, step: PlaybookStep, { steps }: PlaybookInForce): PlannedStep {
  // What is taken at once is known in the incident by its action.
  const known = new Map(steps.filter(isAtOnce).map((other) => [other.step, other.action]));
  const { approval } = step;
  return {
    step: step.step,
    template: templateOf(policy, step.action),
    each: step.each ?? null,
    after: step.after.map((name) => known.get(name) ?? name),
    branch: step.branch ?? '',
    approval: approval
      ? {
          roles: approval.roles,
          persons: approval.persons,
          within_ms: approval.within,
          on_demand: approval.on_demand,
        }
      : null,
  };
}

function planTask({ guidance = '', branch = '', due, ...task }: PlaybookTask): PlannedTask {
  return { ...task, guidance, branch, due_ms: due };
}
