import { isSameSubject, MOST_FURTHER_SUBJECTS } from './further.ts';
import type { Incident } from './incident-record.ts';
import type { Course } from './plan.ts';
import type { Subject } from './report.ts';
import { severityRank } from './severity.ts';

/** What is known of a cause that an incident is about. Event times, epoch ms. */
export interface RunningCause {
  first_ms: number;
  last_ms: number;
  /** Those that alerts brought to the incident, its own among them. */
  subjects: readonly Subject[];
}

export interface Joining {
  occurred_ms: number;
  window_ms: number;
  subject: Subject;
  course: Course;
}

/**
 * Whether an alert belongs to the incident of its cause. What is latched or critical is never a mere observation of
 * something lesser, and no subject joins that would be released on the proof of another's host.
 */
export function mayJoin(incident: Incident, running: RunningCause, alert: Joining): boolean {
  return (
    incident.resolved_at === '' &&
    isInTime(running, alert) &&
    !isGraver(alert.course, incident) &&
    (isKnown(running, alert.subject) || mayBringSubject(incident, running, alert))
  );
}

/** Whether the alert is more severe than all that the incident was told of so far. */
export function raises(toldRank: number, { severity }: Course): boolean {
  return severityRank(severity) > toldRank;
}

export function isKnown({ subjects }: Pick<RunningCause, 'subjects'>, subject: Subject): boolean {
  return subjects.some((known) => isSameSubject(known, subject));
}

/** Alerts come in any order: the window reaches back as well. */
function isInTime({ first_ms, last_ms }: RunningCause, alert: Joining): boolean {
  const { occurred_ms, window_ms } = alert;
  return occurred_ms >= first_ms - window_ms && occurred_ms <= last_ms + window_ms;
}

/** Whether what the first asks for is more than the second stands under. */
export function isGraver(
  one: Pick<Course, 'severity' | 'latched'>,
  other: Pick<Incident, 'severity' | 'latched'>,
): boolean {
  const isCritical = one.severity === 'critical' && other.severity !== 'critical';
  return isCritical || (one.latched && !other.latched);
}

function mayBringSubject(
  incident: Incident,
  { subjects }: RunningCause,
  { subject, course }: Joining,
): boolean {
  const isProved = incident.require_reattest || course.require_reattest;
  return (
    subjects.length <= MOST_FURTHER_SUBJECTS &&
    (!isProved || subject.host === incident.subject.host)
  );
}
