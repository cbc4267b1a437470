import type { IncidentEvent } from './events.ts';
import { furtherOf } from './incident.ts';
import type { Incident } from './incident-record.ts';
import type { Course, Plan, PlannedAction } from './plan.ts';

/** The course of a higher severity, which never requires less than the one before it did. */
export function severer(before: Course, course: Course): Course {
  return {
    ...course,
    auto_contain: before.auto_contain || course.auto_contain,
    latched: before.latched || course.latched,
    require_ack: before.require_ack || course.require_ack,
    require_reattest: before.require_reattest || course.require_reattest,
    review: before.review || course.review,
    capture: {
      ...course.capture,
      targets: [...new Set([...before.capture.targets, ...course.capture.targets])],
      // What an earlier version has planned knows of no host and of no quote.
      quote: (before.capture.quote ?? false) || (course.capture.quote ?? false),
      host_ms: Math.max(before.capture.host_ms ?? 0, course.capture.host_ms ?? 0),
      ...longerFurther(before, course),
    },
  };
}

function longerFurther(before: Course, course: Course): Pick<Course['capture'], 'further_host_ms'> {
  const [a = 0, b = 0] = [before.capture.further_host_ms, course.capture.further_host_ms];
  return a + b === 0 ? {} : { further_host_ms: Math.max(a, b) };
}

/** The course by the plan alone. */
export function courseOf(plan: Plan, incident: Pick<Incident, 'escalated_at'>): Course {
  const course = firstCourse(plan);
  const { escalation } = plan;
  if (incident.escalated_at === '' || escalation === null) return course;
  return follow(course, escalation.course);
}

/** The course that a plan begins with, without all else that is planned. */
export function firstCourse(plan: Plan): Course {
  const { policy_digest: _digest, escalation: _escalation, playbook: _playbook, ...course } = plan;
  return course;
}

/** The course after an event: whatever was planned stays planned. */
export function courseAfter(before: Course, event: IncidentEvent): Course {
  if (event.type === 'widened') return withActions(before, event.actions);
  if (event.type === 'engaged') return engaged(before, event.actions);
  if (event.type !== 'escalated' && event.type !== 'raised') return before;
  return follow(before, event.course);
}

/** True where the course cannot be read out of the plan any more, whether the incident has escalated or not. */
export function hasLeftItsPlan(incident: Incident): boolean {
  // The record of an earlier version was never raised.
  if ((incident.raised_at ?? '') !== '' || furtherOf(incident).length > 0) return true;
  return incident.playbook?.steps.some(({ state }) => state === 'engaged') === true;
}

function follow(before: Course, course: Course): Course {
  return withActions({ ...severer(before, course), actions: before.actions }, course.actions);
}

function engaged(before: Course, actions: readonly PlannedAction[]): Course {
  const auto_contain = before.auto_contain || actions.length > 0;
  return { ...withActions(before, actions), auto_contain };
}

/** By name: the first of a name stands, as it does in the incident. */
function withActions(course: Course, added: readonly PlannedAction[]): Course {
  const names = new Set(course.actions.map(({ action }) => action));
  return { ...course, actions: [...course.actions, ...added.filter((a) => !names.has(a.action))] };
}
