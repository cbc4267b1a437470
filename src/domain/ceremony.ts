import { awaitingDecision } from './held.ts';
import { epochMs } from './instant.ts';
import type { Incident } from './incident-record.ts';
import { falsePositive, openTasks, undecidedSteps, untakenSteps, wantsScope } from './progress.ts';

/** What a person may ask of an incident. */
export const COMMANDS = ['acknowledge', 'reattest', 'resolve', 'close'] as const;
export type Command = (typeof COMMANDS)[number];

/** Why a command is refused: the `code` of a 409. */
export type RefusalCode =
  | 'already_resolved'
  | 'already_closed'
  | 'not_required'
  | 'acknowledgement_required'
  | 'reattestation_required'
  | 'not_resolved'
  | 'false_positive'
  | 'tasks_open'
  | 'decisions_open'
  | 'steps_open'
  | 'scope_unknown'
  | 'review_required'
  | 'checklist_open';

export interface Refusal {
  code: RefusalCode;
  message: string;
}

/** The gate: null where the command may proceed at `nowMs`, else the reason that it may not. */
export function refusal(incident: Incident, command: Command, nowMs: number): Refusal | null {
  if (incident.state === 'closed') return command === 'close' ? null : refuse('already_closed');
  if (command === 'close') {
    return incident.resolved_at === '' ? refuse('not_resolved') : missingForClosing(incident);
  }
  if (incident.resolved_at !== '') return command === 'resolve' ? null : refuse('already_resolved');
  if (command === 'reattest') return incident.require_reattest ? null : refuse('not_required');
  if (command === 'resolve') return missingForResolution(incident, nowMs);
  return null;
}

/**
 * True when acknowledgement and, where required, re-attestation hold for the containment as it is now. A proof that
 * expires is told as an event, so that a reader needs no clock.
 */
export function recoveryComplete(incident: Incident): boolean {
  return missingForResolution(incident, 0) === null;
}

/** True while the host's last proof may still open the gate. */
export function isProved({ re_attested_at, attestation }: Incident, nowMs: number): boolean {
  const expires = attestation?.expires_at ?? '';
  return re_attested_at !== '' && (expires === '' || nowMs < epochMs(expires));
}

/** True while a workflow has something left to do for the incident. */
export function isUnfinished(incident: Incident): boolean {
  if (isWatched(incident)) return true;
  if (incident.closed_at !== '') return false;
  return incident.require_review || incident.bundle === null;
}

/** True while the same again would be linked to this one. */
export function isWatched({ playbook }: Incident): boolean {
  return playbook !== undefined && playbook.watched_until !== '' && playbook.watch_over_at === '';
}

function missingForResolution(incident: Incident, nowMs: number): Refusal | null {
  return (
    missingForRelease(incident, nowMs) ?? missingByBreaker(incident) ?? missingByPlaybook(incident)
  );
}

/** What opens any containment, whatever else there is to do. */
export function missingForRelease(incident: Incident, nowMs: number): Refusal | null {
  if (incident.require_ack && incident.acked_at === '') return refuse('acknowledgement_required');
  if (incident.require_reattest && !isProved(incident, nowMs)) {
    const because = incident.re_attested_at === '' ? incident.attestation_refused : 'expired';
    return refuse('reattestation_required', because);
  }
  return null;
}

function missingByBreaker(incident: Incident): Refusal | null {
  const held = awaitingDecision(incident).map(({ action }) => action);
  return held.length > 0 ? refuse('decisions_open', held.join(', ')) : null;
}

function missingByPlaybook(incident: Incident): Refusal | null {
  const { playbook } = incident;
  if (playbook === undefined) return null;
  if (falsePositive(playbook) !== null) return refuse('false_positive');
  const tasks = openTasks(incident, 'resolve').map(({ task }) => task);
  if (tasks.length > 0) return refuse('tasks_open', tasks.join(', '));
  const steps = undecidedSteps(incident).map(({ step }) => step);
  if (steps.length > 0) return refuse('decisions_open', steps.join(', '));
  if (wantsScope(incident)) return refuse('scope_unknown', playbook.scope_problem);
  const untaken = untakenSteps(incident);
  return untaken.length > 0 ? refuse('steps_open', untaken.join(', ')) : null;
}

function missingForClosing(incident: Incident): Refusal | null {
  const { playbook, require_review } = incident;
  if (playbook === undefined) return null;
  const tasks = openTasks(incident, 'close').map(({ task }) => task);
  if (tasks.length > 0) return refuse('checklist_open', tasks.join(', '));
  const isSigned = playbook.review !== null || !playbook.plan.review.signed;
  return require_review && !isSigned ? refuse('review_required') : null;
}

const SENTENCES: Record<RefusalCode, string> = {
  already_resolved: 'The incident is resolved already',
  already_closed: 'The incident is closed already',
  not_required: 'This incident requires no re-attestation',
  acknowledgement_required: 'The incident must be acknowledged before it can be resolved',
  reattestation_required: 'The host must be re-attested before the incident can be resolved',
  not_resolved: 'The incident must be resolved before it can be closed',
  false_positive: 'It has turned out to be a false positive: dismiss it',
  tasks_open: 'Tasks must be done before the incident can be resolved',
  decisions_open: 'Steps must be approved or declined before the incident can be resolved',
  steps_open: 'Steps must be in force before the incident can be resolved',
  scope_unknown: 'It is not known what the subject can have reached',
  review_required: 'The review must be signed before the incident can be closed',
  checklist_open: 'The checklist must be complete before the incident can be closed',
};

export function refuse(code: RefusalCode, because = ''): Refusal {
  return { code, message: because === '' ? SENTENCES[code] : `${SENTENCES[code]} (${because})` };
}
