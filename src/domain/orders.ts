import { missingForRelease } from './ceremony.ts';
import { awaitingDecision, BREAKER_STEP } from './held.ts';
import type { Incident } from './incident-record.ts';
import { furtherOf } from './incident.ts';
import type { Order } from './messages.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import {
  activeTasks,
  branchState,
  falsePositive,
  isTaskDone,
  openTasks,
  stateOfStep,
  unmetBefore,
} from './progress.ts';
import { problemsInResult } from './task-result.ts';

/** Why an order is refused: the `code` of a 409. */
export interface OrderRefusal {
  code: string;
  message: string;
}

/** The gate of what is ordered by a playbook: null where it may be done at `nowMs`. Roles are for the door to look at. */
export function refusalOfOrder(
  incident: Incident,
  order: Order,
  nowMs: number,
): OrderRefusal | null {
  if (order.order === 'dismiss') return mayNotDismiss(incident, order.by, nowMs);
  if (order.order === 'decide' && order.step === BREAKER_STEP)
    return mayNotPass(incident, order.by);
  const { playbook } = incident;
  if (playbook === undefined) return refuse('no_playbook', 'The incident has no playbook');
  if (incident.closed_at !== '') return refuse('already_closed', 'The incident is closed already');
  if (isAbout(incident, order.by) && order.order !== 'assign') return aboutOneself(order.by);
  switch (order.order) {
    case 'assign':
      if (isAbout(incident, order.to)) return aboutOneself(order.to);
      return mayNotTake(incident, playbook, order.task);
    case 'complete':
      return mayNotTake(incident, playbook, order.task) ?? mayNotComplete(playbook, order);
    case 'decide':
      return mayNotDecide(incident, playbook, order);
    case 'review':
      return mayNotReview(incident, order.by);
  }
}

/** True where the incident is about this very person, who then has no say in it. */
export function isAbout(incident: Incident, person: string): boolean {
  return [incident.subject, ...furtherOf(incident)].some(
    ({ operator, principal }) => operator === person || principal === person,
  );
}

export function aboutOneself(person: string): OrderRefusal {
  return refuse('about_oneself', `The incident is about ${person}, who has no say in it`);
}

/** A task that is done stays done: a repeat is no refusal, and changes nothing. */
function mayNotTake(
  incident: Incident,
  playbook: PlaybookProgress,
  name: string,
): OrderRefusal | null {
  const task = playbook.plan.tasks.find((known) => known.task === name);
  if (task === undefined) return refuse('unknown_task', `The playbook has no task ${name}`);
  if (isTaskDone(playbook, name)) return null;
  if (!activeTasks(playbook).includes(task)) {
    return refuse('task_not_active', `${name} is not to be done as things stand`);
  }
  if (task.phase === 'review' && incident.resolved_at === '') {
    return refuse('not_resolved', `${name} is part of the review, which begins at the resolution`);
  }
  if (task.phase !== 'review' && incident.resolved_at !== '') {
    return refuse('already_resolved', 'The incident is resolved already');
  }
  return null;
}

function mayNotComplete(
  playbook: PlaybookProgress,
  { task: name, result, evidence }: Extract<Order, { order: 'complete' }>,
): OrderRefusal | null {
  const task = playbook.plan.tasks.find((known) => known.task === name);
  if (task === undefined || isTaskDone(playbook, name)) return null;
  const before = unmetBefore(playbook, task);
  if (before.length > 0) return refuse('out_of_order', `First comes ${before.join(', ')}`);
  const problems = problemsInResult(task.result, result);
  if (problems.length > 0) {
    return refuse('result_invalid', `The result is not what is asked for: ${problems.join('; ')}`);
  }
  if (evidence.length >= task.evidence) return null;
  return refuse('evidence_required', `${name} takes ${task.evidence} artifacts as evidence`);
}

function mayNotDecide(
  { resolved_at }: Incident,
  playbook: PlaybookProgress,
  { step: name, by }: Extract<Order, { order: 'decide' }>,
): OrderRefusal | null {
  const step = playbook.plan.steps.find((known) => known.step === name);
  if (step === undefined || step.approval === null) {
    return refuse('unknown_step', `The playbook has no step ${name} to be decided`);
  }
  const { state } = stateOfStep(playbook, name) ?? {};
  if (state !== 'waiting') return refuse('already_decided', `${name} is ${state} already`);
  if (resolved_at !== '') return refuse('already_resolved', 'The incident is resolved already');
  if (branchState(playbook, step.branch) !== 'taken') {
    return refuse('step_not_active', `${name} is not to be taken as things stand`);
  }
  return by === '' ? refuse('unauthenticated', 'Nobody decides without a name') : null;
}

/** What the breaker holds is decided also where no playbook is followed. */
function mayNotPass(incident: Incident, by: string): OrderRefusal | null {
  if (incident.closed_at !== '') return refuse('already_closed', 'The incident is closed already');
  if (incident.breaker === undefined) {
    return refuse('unknown_step', 'Nothing of the incident is held by the breaker');
  }
  if (isAbout(incident, by)) return aboutOneself(by);
  if (awaitingDecision(incident).length === 0) {
    return refuse('already_decided', 'What the breaker held is decided already');
  }
  if (incident.resolved_at !== '') {
    return refuse('already_resolved', 'The incident is resolved already');
  }
  return by === '' ? refuse('unauthenticated', 'Nobody decides without a name') : null;
}

/** The latch holds also for what turned out to be nothing; only what would have been remedied need not be. */
function mayNotDismiss(incident: Incident, by: string, nowMs: number): OrderRefusal | null {
  const { playbook, resolved_at, dismissal } = incident;
  if (resolved_at !== '') {
    return dismissal ? null : refuse('already_resolved', 'The incident is resolved already');
  }
  if (playbook !== undefined && isAbout(incident, by)) return aboutOneself(by);
  const missing = missingForRelease(incident, nowMs);
  if (missing !== null || playbook === undefined) return missing;
  const mustSay = Object.values(playbook.plan.branches).some(({ ends }) => ends !== '');
  if (mustSay && falsePositive(playbook) === null) {
    return refuse('not_a_false_positive', 'No task has found it to be a false positive');
  }
  const open = mustSay ? openTasks(incident, 'resolve').map(({ task }) => task) : [];
  return open.length > 0 ? refuse('tasks_open', `First comes ${open.join(', ')}`) : null;
}

function mayNotReview({ resolved_at, resolved_by }: Incident, by: string): OrderRefusal | null {
  if (resolved_at === '') return refuse('not_resolved', 'The review begins at the resolution');
  if (by !== resolved_by) return null;
  return refuse('same_person', `${by} resolved the incident: another person signs its review`);
}

function refuse(code: string, message: string): OrderRefusal {
  return { code, message };
}
