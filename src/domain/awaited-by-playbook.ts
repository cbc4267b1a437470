import { awaitingDecision, BREAKER_STEP } from './held.ts';
import type { Incident } from './incident-record.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import type { Role } from './principal.ts';
import {
  DISMISS_STEP,
  falsePositive,
  openingAsked,
  openTasks,
  RESOLVE_STEP,
  stateOfTask,
  undecidedSteps,
  unmetBefore,
  wantsScope,
} from './progress.ts';

/** One thing that a playbook waits for now, and from whom; `by` is what a person would give it with. */
export interface AwaitedStep {
  what: string;
  from: string;
  by: 'task' | 'decision' | 'dismissal' | 'resolution' | 'review' | 'nobody';
  /** Of the task or the step; '' for what there is one of. */
  name: string;
}

/** What can be done now by an incident's playbook, in the order in which it stands there. */
export function awaitedByPlaybook(incident: Incident): AwaitedStep[] {
  const { playbook, resolved_at, closed_at } = incident;
  if (playbook === undefined || closed_at !== '') return [];
  if (resolved_at !== '')
    return [...tasks(incident, playbook, 'close'), ...review(incident, playbook)];
  const open = [
    ...tasks(incident, playbook, 'resolve'),
    ...decisions(incident),
    ...scope(incident),
  ];
  return open.length > 0 ? open : ending(incident, playbook);
}

/** The decision on what the breaker holds; empty where it holds nothing. */
export function awaitedByBreaker(incident: Incident): AwaitedStep[] {
  const held = awaitingDecision(incident).map(({ action }) => action);
  if (held.length === 0 || incident.resolved_at !== '') return [];
  const what = `the decision on ${held.join(', ')}, which the breaker holds`;
  return [{ what, from: WHO.operator, by: 'decision', name: BREAKER_STEP }];
}

/** Somebody in the role, as a sentence names him. */
const WHO: Record<Role, string> = {
  read: 'a reader',
  report: 'a reporter',
  operator: 'an operator',
  recovery_admin: 'a recovery administrator',
  forensic: 'a forensic examiner',
  policy_admin: 'a policy administrator',
  backup_contact: 'the backup contact',
};

function tasks(
  incident: Incident,
  playbook: PlaybookProgress,
  gate: 'resolve' | 'close',
): AwaitedStep[] {
  return openTasks(incident, gate)
    .filter((task) => unmetBefore(playbook, task).length === 0)
    .map(({ task, role }) => {
      const assignee = stateOfTask(playbook, task)?.assigned_to ?? '';
      const from = assignee === '' ? WHO[role] : assignee;
      return { what: `the task ${task}`, from, by: 'task', name: task };
    });
}

function decisions(incident: Incident): AwaitedStep[] {
  return undecidedSteps(incident).map(({ step, approval }) => {
    const roles = (approval?.roles ?? []).map((role) => WHO[role]).join(' or ');
    const from = approval?.persons === 2 ? `two persons, each ${roles}` : roles;
    return { what: `the decision on ${step}`, from, by: 'decision', name: step };
  });
}

function scope(incident: Incident): AwaitedStep[] {
  const problem = incident.playbook?.scope_problem ?? '';
  if (problem === '' || !wantsScope(incident)) return [];
  const what = `what the subject can have reached (${problem})`;
  return [{ what, from: 'Cordon, which keeps asking', by: 'nobody', name: '' }];
}

function ending(incident: Incident, playbook: PlaybookProgress): AwaitedStep[] {
  const isNone = falsePositive(playbook) !== null;
  const way = isNone ? DISMISS_STEP : RESOLVE_STEP;
  const first = openingAsked(incident).findLast(({ step }) => step === way);
  const from = first === undefined ? WHO.operator : `an operator other than ${first.by}`;
  if (isNone) {
    return [{ what: 'dismissal', from, by: 'dismissal', name: '' }];
  }
  if (first === undefined) return [];
  return [{ what: 'resolution by a second person', from, by: 'resolution', name: '' }];
}

function review(
  { resolved_by, require_review }: Incident,
  { plan, review: signed }: PlaybookProgress,
): AwaitedStep[] {
  if (!require_review || !plan.review.signed || signed !== null) return [];
  const from = `an operator other than ${resolved_by}`;
  return [{ what: 'the signed review', from, by: 'review', name: '' }];
}
