import type { AlertMark } from '../../domain/alert.ts';
import type { CausedAlert } from '../../domain/alert-log.ts';
import { isKnown, raises } from '../../domain/correlation.ts';
import { firstCourse } from '../../domain/course.ts';
import type { CountedTimes, IncidentEvent, RecordedEvent, Widening } from '../../domain/events.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { instantOf } from '../../domain/instant.ts';
import type { Course } from '../../domain/plan.ts';
import { severityRank } from '../../domain/severity.ts';
import { thinned } from '../../domain/thinned.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import type { Cause, Pending } from './cause.ts';

type ObservedEvent = Extract<IncidentEvent, { type: 'observed' }>;

/** So many alerts of a cause have an entry each; of more, one entry tells of many. */
export const MOST_TOLD_SINGLY = 100;

/** What is counted is told of when it is as many as this, or as old. */
const MOST_PENDING = 1_000;
export const LONGEST_PENDING_MS = 2_000;

export interface Observation {
  mark: AlertMark;
  alert: CausedAlert;
  source: string;
  reported_by: string;
  at_ms: number;
  occurred_ms: number;
}

export interface Observed {
  events: RecordedEvent[];
  /** Whether one of the events is this alert's own. */
  singly: boolean;
  widens: Widening | undefined;
}

/**
 * Takes one more alert of the cause into account. One that changes what is done is always told of singly; `events` are
 * the entries that are to be written now.
 */
export function observe(cause: Cause, incident: Incident, observation: Observation): Observed {
  const { alert, mark, occurred_ms } = observation;
  const changes = changesBy(cause, incident, alert);
  if (changes === null && cause.told >= MOST_TOLD_SINGLY) {
    follow(cause, mark.identity, occurred_ms);
    cause.pending = added(cause.pending, observation);
    return { events: [], singly: false, widens: undefined };
  }
  // The digest goes over all in the order they came: what was only counted comes before this one.
  const counted = flushed(cause, observation.at_ms);
  follow(cause, mark.identity, occurred_ms);
  cause.told += 1;
  const told = singly(cause, observation, changes ?? {});
  const events = counted === null ? [told] : [counted, told];
  return { events, singly: true, widens: changes?.widens };
}

/** What was counted, as an entry, where it is time for one; null else. */
export function settled(cause: Cause, nowMs: number): RecordedEvent | null {
  const { pending } = cause;
  if (pending === null) return null;
  const isDue = pending.count >= MOST_PENDING || nowMs - pending.since_ms >= LONGEST_PENDING_MS;
  return isDue ? flushed(cause, nowMs) : null;
}

interface Changes {
  raises?: Course;
  widens?: Widening;
}

/** Null where the alert only says the same again. Notes in the cause what it will have been told. */
function changesBy(cause: Cause, incident: Incident, alert: CausedAlert): Changes | null {
  const { plan, subject } = alert;
  const isMore = raises(cause.severity_rank, plan);
  const isFurther = !isKnown(cause, subject);
  if (!isMore && !isFurther) return null;
  if (isMore) cause.severity_rank = severityRank(plan.severity);
  if (isFurther) cause.subjects.push(subject);
  return {
    ...(isMore ? { raises: firstCourse(plan) } : {}),
    ...(isFurther ? { widens: alert.widening(incident.containment_actions) } : {}),
  };
}

function follow(cause: Cause, identity: string, occurredMs: number): void {
  cause.digest = sha256Hex(`${cause.digest}${identity}`);
  cause.first_ms = Math.min(cause.first_ms, occurredMs);
  cause.last_ms = Math.max(cause.last_ms, occurredMs);
}

function added(
  pending: Pending | null,
  { alert, source, reported_by, at_ms, occurred_ms }: Observation,
): Pending {
  const before = pending ?? {
    ...{ source, reported_by, count: 0, since_ms: at_ms },
    ...{ first_ms: occurred_ms, last_ms: occurred_ms, counted: null },
  };
  const { counted: limits } = alert;
  const times = [...(before.counted?.times ?? []), occurred_ms];
  return {
    ...before,
    count: before.count + 1,
    first_ms: Math.min(before.first_ms, occurred_ms),
    last_ms: Math.max(before.last_ms, occurred_ms),
    counted: limits && { ...limits, times },
  };
}

/** As many as can matter to a counter, whatever else it is told of. */
function mattering({ threshold, window_ms, times }: CountedTimes): CountedTimes {
  return { threshold, window_ms, times: thinned(times, threshold, window_ms) };
}

/** The entry of all that was only counted; null where nothing was. */
export function flushed(cause: Cause, atMs: number): RecordedEvent | null {
  const { pending, digest } = cause;
  if (pending === null) return null;
  cause.pending = null;
  const { source, reported_by, count, first_ms, last_ms, counted } = pending;
  const event: ObservedEvent = {
    ...{ type: 'observed', source, reported_by, count, digest },
    first_at: instantOf(first_ms),
    last_at: instantOf(last_ms),
    ...(counted ? { counted: mattering(counted) } : {}),
  };
  return { key: `alerts/${digest}`, at: instantOf(atMs), actor: reported_by, event };
}

function singly(cause: Cause, observation: Observation, changes: Changes): RecordedEvent {
  const { mark, alert, source, reported_by, at_ms, occurred_ms } = observation;
  const at = instantOf(occurred_ms);
  const event: ObservedEvent = {
    ...{ type: 'observed', source, reported_by, count: 1, first_at: at, last_at: at },
    ...{ digest: cause.digest, alert: mark },
    ...alert.says(),
    ...(alert.counted ? { counted: { ...alert.counted, times: [occurred_ms] } } : {}),
    ...changes,
  };
  return { key: `alert/${cause.digest}`, at: instantOf(at_ms), actor: reported_by, event };
}
