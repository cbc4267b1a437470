import type { Course, Plan } from '../domain/plan.ts';
import { planFor } from '../domain/plan-for.ts';
import type { PlannedStep } from '../domain/playbook-plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Subject } from '../domain/report.ts';
import type { Severity } from '../domain/severity.ts';

/** An incident as it was reported. */
export interface PastReport {
  incident_id: string;
  class: string;
  severity: Severity;
  source: string;
  subject: Subject;
}

/** One aspect of the answer, as what is in it under one policy alone. */
export interface SimulatedChange {
  what: string;
  added: string[];
  removed: string[];
}

export interface SimulatedIncident extends PastReport {
  changes: SimulatedChange[];
}

/**
 * What another policy would have made of incidents, as far as it differs from the policy that there is; oldest first, those
 * alone that differ. One that had the default severity of its class counts as reported without one.
 */
export function simulate(
  reports: readonly PastReport[],
  { current, changed }: { current: Policy; changed: Policy },
): SimulatedIncident[] {
  return reports.flatMap((report) => {
    const isDefault = ruleOf(current, report.class)?.default_severity === report.severity;
    const said = { ...report, severity: isDefault ? undefined : report.severity };
    const changes = differences(answer(current, said), answer(changed, said));
    return changes.length === 0 ? [] : [{ ...report, changes }];
  });
}

type Said = Omit<PastReport, 'severity'> & { severity: Severity | undefined };
type Answer = Record<string, string[]>;

function differences(before: Answer, after: Answer): SimulatedChange[] {
  const aspects = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return aspects.flatMap((what) => {
    const [old, young] = [before[what] ?? [], after[what] ?? []];
    const added = young.filter((name) => !old.includes(name));
    const removed = old.filter((name) => !young.includes(name));
    return added.length + removed.length === 0 ? [] : [{ what, added, removed }];
  });
}

/** A class without a rule is answered by a refusal, and by nothing else. */
function answer(policy: Policy, said: Said): Answer {
  if (ruleOf(policy, said.class) === undefined) return { report: ['refused'] };
  const plan = planFor(policy, said);
  return { report: ['taken in'], ...ofCourse(plan), ...ofEscalation(plan), ...ofPlaybook(plan) };
}

function ofCourse({ severity, auto_contain, actions, capture, slas, ...course }: Course): Answer {
  const { contain_ms, acknowledge_ms, resolve_ms, review_ms } = slas;
  return {
    severity: [severity],
    containment: [auto_contain ? 'by itself' : 'by people'],
    actions: actions.map(({ action }) => action),
    requirements: [
      ...(course.latched ? ['a latch'] : []),
      ...(course.require_ack ? ['an acknowledgement'] : []),
      ...(course.require_reattest ? ['a re-attestation'] : []),
      ...(course.review ? ['a review'] : []),
    ],
    captures: capture.targets,
    'service levels': inSeconds({
      contain: contain_ms,
      acknowledge: acknowledge_ms,
      resolve: resolve_ms,
      review: review_ms,
    }),
  };
}

function ofEscalation({ escalation }: Plan): Answer {
  if (escalation === null) return {};
  const { threshold, window_ms, course } = escalation;
  const actions = course.actions.map(({ action }) => action).join(', ');
  const to = `${course.severity} at ${threshold} within ${window_ms / 1_000} s: ${actions}`;
  return { escalation: [to] };
}

function ofPlaybook({ playbook }: Plan): Answer {
  if (playbook === undefined) return {};
  const { resolve, review, watch_ms } = playbook;
  return {
    playbook: [playbook.playbook],
    level: [playbook.level],
    steps: playbook.steps.map(stepLine),
    branches: Object.entries(playbook.branches).map(
      ([name, { task, field, is }]) => `${name} if ${task}.${field} is ${is.join(' or ')}`,
    ),
    tasks: playbook.tasks.map(({ task, required }) => (required ? task : `${task} (advice)`)),
    checks: playbook.checks.map(({ check }) => check),
    clocks: inSeconds(playbook.clocks),
    resolution: [
      `by ${resolve.persons}`,
      ...(review.signed ? ['review signed'] : []),
      ...(watch_ms > 0 ? [`watched ${watch_ms / 1_000} s`] : []),
    ],
  };
}

function stepLine({ step, template, each, approval }: PlannedStep): string {
  const on = each === null ? '' : ` on each of ${each}`;
  const by = approval === null ? '' : ` approved by ${approval.persons}`;
  return `${step}: ${template.action}${on}${by}`;
}

function inSeconds(clocks: Record<string, number>): string[] {
  return Object.entries(clocks).map(([name, ms]) => `${name} ${ms / 1_000} s`);
}

function ruleOf({ containment }: Policy, name: string) {
  return Object.hasOwn(containment.rules, name) ? containment.rules[name] : undefined;
}
