import { attainmentsOf } from '../domain/attainment.ts';
import type { EvidenceRef } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { Phase } from '../domain/playbook.ts';
import type { PlannedTask } from '../domain/playbook-plan.ts';
import type { PlaybookProgress, TaskProgress } from '../domain/playbook-progress.ts';
import { activeTasks, stateOfTask } from '../domain/progress.ts';
import { plainText } from './markdown.ts';

// Each part of a review as lines of Markdown.

export function factsOf(incident: Incident): string[] {
  const { playbook, dismissal, subject } = incident;
  const about = Object.entries(subject).map(([name, value]) => `${name} ${value}`);
  const facts: [string, string][] = [
    ['Class', incident.class],
    ['Level', playbook?.plan.level ?? ''],
    ['Severity', incident.severity],
    [
      'Playbook',
      playbook === undefined ? '' : `${playbook.plan.title} (${playbook.plan.playbook})`,
    ],
    ['Subject', about.join(', ')],
    ['Description', incident.description],
    ['Source', incident.source],
    ['Reported', `${incident.created_at} by ${incident.reported_by}`],
    ['Contained', incident.contained_at],
    ['Acknowledged', signed(incident.acked_at, incident.acked_by)],
    ['Re-attested', incident.re_attested_at],
    ['Resolved', signed(incident.resolved_at, incident.resolved_by)],
    ['False positive', dismissal === undefined ? '' : dismissal.reason],
    ['To be tuned', dismissal === undefined ? '' : dismissal.tune],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `**${name}**: ${plainText(value)}`);
}

export function capturedOf({ id, artifacts, evidence_receipt }: Incident): string[] {
  const manifest = evidence_receipt?.manifest;
  return [
    ...artifacts.map((ref) => `${plainText(ref.collector)}: ${linkTo(id, ref)}`),
    ...(manifest ? [`signed manifest: ${linkTo(id, manifest)}`] : []),
  ];
}

export function missedOf({ gaps, evidence_waived }: Incident): string[] {
  return [
    ...gaps.map(({ collector, reason }) => `${plainText(collector)}: ${plainText(reason)}`),
    ...(evidence_waived === ''
      ? []
      : [`destroyed without evidence: ${plainText(evidence_waived)}`]),
  ];
}

export function actionsOf({ containment_actions }: Incident): string[] {
  return containment_actions.map(({ action, target, status, at, detail }) => {
    const measured = detail === '' ? '' : `: ${plainText(detail)}`;
    const when = at === '' ? '' : `, measured ${at}`;
    return `${action} on ${plainText(target)}: **${status}**${when}${measured}`;
  });
}

export function decisionsOf({ playbook }: Incident): string[] {
  return (playbook?.decisions ?? []).map(
    ({ step, by, at, verdict }) => `${at} ${step}: **${verdict}** by ${plainText(by)}`,
  );
}

export function clocksOf(incident: Incident): string[] {
  return attainmentsOf(incident).map(({ clock, due_at, met_at, attained }) => {
    const met = met_at === '' ? '' : `, was so ${met_at}`;
    return `${clock}: **${attained}**, due ${due_at}${met}`;
  });
}

export function checksOf({ playbook }: Incident): string[] {
  return (playbook?.checks ?? []).map(
    ({ check, verdict, detail, at }) => `${check}: **${verdict}** ${at}: ${plainText(detail)}`,
  );
}

/** The tasks that are to be done as things stand, those of some phases alone where they are named. */
export function tasksOf({ id, playbook }: Incident, phases?: readonly Phase[]): string[] {
  if (playbook === undefined) return [];
  return tasksIn(playbook)
    .filter(({ phase }) => phases === undefined || phases.includes(phase))
    .map((task) => taskLine(id, task, stateOfTask(playbook, task.task)));
}

function tasksIn(playbook: PlaybookProgress): PlannedTask[] {
  const active = new Set(activeTasks(playbook));
  return playbook.plan.tasks.filter(
    (task) => active.has(task) || stateOfTask(playbook, task.task)?.state === 'done',
  );
}

function taskLine(id: string, { task, title }: PlannedTask, state?: TaskProgress): string {
  const head = `${task} (${plainText(title)})`;
  if (state?.state !== 'done') return `${head}: **not done**`;
  const result = Object.entries(state.result).map(
    ([name, value]) => `${name} ${plainText([value].flat().join(', '))}`,
  );
  const found = [...result, ...state.evidence.map((ref) => linkTo(id, ref))].join('; ');
  const done = `done ${state.done_at} by ${plainText(state.done_by)}`;
  return `${head}: ${done}${found === '' ? '' : `: ${found}`}`;
}

/** By its digest: the place where the API gives it out, to whoever may have it. */
function linkTo(id: string, { sha256, size, media_type }: EvidenceRef): string {
  const about = `${size} bytes, ${plainText(media_type)}`;
  return `[${sha256}](/api/v1/incidents/${id}/evidence/${sha256}) (${about})`;
}

function signed(at: string, by: string): string {
  return at === '' ? '' : `${at} by ${by}`;
}
