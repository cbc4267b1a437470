import type { Clock } from './clock.ts';
import type { Incident } from './incident-record.ts';
import { epochMs, instantOf } from './instant.ts';
import { PLAYBOOK_CLOCKS } from './playbook.ts';
import { isPhaseOver } from './playbook-clocks.ts';
import type { PlaybookPlan } from './playbook-plan.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import { requiredTasks, stateOfTask } from './progress.ts';

type PhaseClock = keyof PlaybookPlan['clocks'];

/** One clock of an incident: by when, since when it is so, and how it has ended. */
export interface Attainment {
  clock: Clock;
  due_at: string;
  /** '' where it is not so yet. */
  met_at: string;
  attained: 'met' | 'missed' | 'running';
}

/**
 * Every clock of an incident, those of its tasks and decisions left out: they are in the checklist. Reads no clock: one
 * that is overdue counts as missed as soon as that is told.
 */
export function attainmentsOf(incident: Incident): Attainment[] {
  const { playbook } = incident;
  const levels = serviceLevels(incident);
  return playbook === undefined ? levels : [...levels, ...phases(incident, playbook)];
}

/** A phase of which nothing is to be done, as far as is known, has no clock. */
function phases(incident: Incident, playbook: PlaybookProgress): Attainment[] {
  return PLAYBOOK_CLOCKS.flatMap((clock) => {
    const ms = playbook.plan.clocks[clock];
    const isOf = clock === 'respond' || timesOfPhase(playbook, clock).length > 0;
    if (ms === undefined || !isOf) return [];
    const dueMs = epochMs(incident.created_at) + ms;
    return [attainment(incident, clock, dueMs, phaseMetAt(incident, playbook, clock))];
  });
}

function serviceLevels(incident: Incident): Attainment[] {
  const { slas, auto_contain, created_at, resolved_at, require_review } = incident;
  // Whatever was still to come when it was resolved, nobody waits for any more.
  const contained = incident.contained_at === '' ? resolved_at : incident.contained_at;
  const levels: [Clock, number, string, string][] = [
    ['contain', auto_contain ? slas.contain_ms : 0, created_at, contained],
    ['acknowledge', slas.acknowledge_ms, created_at, incident.acked_at],
    ['resolve', slas.resolve_ms, created_at, resolved_at],
    ['review', require_review ? slas.review_ms : 0, resolved_at, incident.closed_at],
  ];
  return levels
    .filter(([, ms, from]) => ms > 0 && from !== '')
    .map(([clock, ms, from, metAt]) => attainment(incident, clock, epochMs(from) + ms, metAt));
}

function attainment(
  { sla_breaches }: Incident,
  clock: Clock,
  dueMs: number,
  met_at: string,
): Attainment {
  const isLate = met_at !== '' && epochMs(met_at) > dueMs;
  const isMissed = isLate || sla_breaches.includes(clock);
  const attained = isMissed ? 'missed' : met_at === '' ? 'running' : 'met';
  return { clock, due_at: instantOf(dueMs), met_at, attained };
}

/** Since when somebody has taken it on, or nothing of the phase is left to do. */
function phaseMetAt(incident: Incident, playbook: PlaybookProgress, clock: PhaseClock): string {
  const { acked_at, resolved_at } = incident;
  if (!isPhaseOver(incident, clock)) return resolved_at;
  if (clock !== 'respond') return lastOf(timesOfPhase(playbook, clock));
  const taken = playbook.tasks.flatMap(({ assigned_at, done_at }) => [assigned_at, done_at]);
  return firstOf([acked_at, ...taken]);
}

/** Of each task of a phase when it was done; '' where it is not. */
function timesOfPhase(playbook: PlaybookProgress, phase: Exclude<PhaseClock, 'respond'>): string[] {
  return requiredTasks(playbook, phase).map(
    ({ task }) => stateOfTask(playbook, task)?.done_at ?? '',
  );
}

function firstOf(times: readonly string[]): string {
  return times.filter((at) => at !== '').toSorted()[0] ?? '';
}

function lastOf(times: readonly string[]): string {
  return times.toSorted().at(-1) ?? '';
}
