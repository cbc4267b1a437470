import type { Clock } from './clock.ts';
import { BREAKER_STEP, decisionDueMs, isDeclined } from './held.ts';
import type { Incident } from './incident-record.ts';
import { epochMs } from './instant.ts';
import type { Slas } from './plan.ts';
import { playbookClocks } from './playbook-clocks.ts';

/** The next service level to be breached: when (epoch ms), and for which time. */
export interface Breach {
  stage: Clock;
  dueMs: number;
  times: number;
}

/** The earliest breach still to be told at `nowMs`, one overdue and untold included; null where no clock runs. */
export function nextBreach(incident: Incident, nowMs: number): Breach | null {
  const breaches = runningClocks(incident).map(({ stage, dueMs }) =>
    incident.sla_breaches.includes(stage)
      ? repeated(stage, dueMs, incident.slas.repeat_ms, nowMs)
      : { stage, dueMs, times: 1 },
  );
  return breaches.toSorted((a, b) => a.dueMs - b.dueMs)[0] ?? null;
}

export interface RunningClock {
  stage: Clock;
  dueMs: number;
}

/** The clocks that run for an incident now; a stage that is done, or has no service level, has none. */
export function runningClocks(incident: Incident): RunningClock[] {
  return [...serviceLevels(incident), ...playbookClocks(incident), ...breakerClock(incident)];
}

function serviceLevels(incident: Incident): RunningClock[] {
  const { slas } = incident;
  const resolved = incident.resolved_at !== '';
  const reviewing = resolved && incident.require_review && incident.closed_at === '';
  const stages: [Clock, boolean, keyof Slas, string][] = [
    ['contain', !resolved && isContaining(incident), 'contain_ms', incident.created_at],
    ['acknowledge', !resolved && incident.acked_at === '', 'acknowledge_ms', incident.created_at],
    ['resolve', !resolved, 'resolve_ms', incident.created_at],
    ['review', reviewing, 'review_ms', incident.resolved_at],
  ];
  return stages
    .filter(([, runs, level]) => runs && slas[level] > 0)
    .map(([stage, , level, from]) => ({ stage, dueMs: epochMs(from) + slas[level] }));
}

/** What the breaker holds is to be decided by then. */
function breakerClock(incident: Incident): RunningClock[] {
  const dueMs = incident.resolved_at === '' ? decisionDueMs(incident) : null;
  return dueMs === null ? [] : [{ stage: `decide/${BREAKER_STEP}`, dueMs }];
}

/** True while a planned action is not yet measured to be in force, unless a person has declined it. */
export function isContaining(incident: Incident): boolean {
  return (
    incident.auto_contain &&
    incident.containment_actions.some(
      ({ action, status }) => status !== 'contained' && !isDeclined(incident, action),
    )
  );
}

function repeated(stage: Clock, dueMs: number, everyMs: number, nowMs: number): Breach {
  const times = Math.max(1, Math.floor((nowMs - dueMs) / everyMs) + 1);
  return { stage, dueMs: dueMs + times * everyMs, times: times + 1 };
}
