import type { Clock } from './clock.ts';
import type { Incident } from './incident-record.ts';
import { epochMs, instantOf } from './instant.ts';
import { isPhaseOver } from './playbook-clocks.ts';
import type { PlaybookPlan } from './playbook-plan.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import { activeTasks, stateOfTask } from './progress.ts';

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
  const { playbook, created_at } = incident;
  const phases = Object.entries(playbook?.plan.clocks ?? {}).map(([name, ms]) => {
    const clock = name as keyof PlaybookPlan['clocks'];
    return attainment(incident, clock, epochMs(created_at) + ms, phaseMetAt(incident, clock));
  });
  return [...serviceLevels(incident), ...phases];
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
function phaseMetAt(incident: Incident, clock: keyof PlaybookPlan['clocks']): string {
  const { playbook, resolved_at, acked_at, created_at } = incident;
  if (playbook === undefined) return '';
  const times =
    clock === 'respond'
      ? firstOf([acked_at, ...playbook.tasks.map(({ done_at }) => done_at)])
      : lastOf(timesOfPhase(playbook, clock), created_at);
  if (isPhaseOver(incident, clock)) return times === '' ? incident.updated_at : times;
  return resolved_at;
}

function timesOfPhase(playbook: PlaybookProgress, clock: string): string[] {
  return activeTasks(playbook)
    .filter(({ phase, required }) => phase === clock && required)
    .map(({ task }) => stateOfTask(playbook, task)?.done_at ?? '');
}

function firstOf(times: readonly string[]): string {
  return times.filter((at) => at !== '').toSorted()[0] ?? '';
}

function lastOf(times: readonly string[], otherwise: string): string {
  return (
    times
      .filter((at) => at !== '')
      .toSorted()
      .at(-1) ?? otherwise
  );
}
