import type { IncidentEvent, RecordedEvent } from '../../src/domain/events.ts';
import { apply, open } from '../../src/domain/incident.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { Course, Plan, PlannedAction } from '../../src/domain/plan.ts';
import type { Subject } from '../../src/domain/report.ts';
import { AT, incidentId } from './admissions.ts';
import { CLAIMED, REFUSED } from './attestations.ts';
import { NO_CAPTURE } from './captures.ts';

export const FREEZE: PlannedAction = {
  action: 'freeze_agent',
  target: 'agent',
  resource: 'freeze_agent@agent#*/*',
  kind: 'target',
  freeze: true,
  destructive: false,
  release: 'automatic',
  timeout_ms: 1_000,
};
export const AIRLOCK: PlannedAction = {
  ...FREEZE,
  action: 'disable_airlock',
  target: 'airlock',
  resource: 'disable_airlock@airlock',
  freeze: false,
};

/** The freeze of a further subject, as the second of its incident. */
export function furtherFreeze(subject: Subject): PlannedAction {
  return {
    ...FREEZE,
    action: 'freeze_agent_2',
    resource: `freeze_agent@agent#${subject.host ?? '*'}/${subject.agent ?? '*'}`,
    on: { action: 'freeze_agent', subject },
  };
}

/** High, contained by a freeze, asking nothing of anybody, on no clock. */
export const COURSE: Course = {
  severity: 'high',
  auto_contain: true,
  latched: false,
  require_ack: false,
  require_reattest: false,
  review: false,
  actions: [FREEZE],
  capture: { ...NO_CAPTURE, targets: ['agent'], deadline_ms: 1_000 },
  slas: { contain_ms: 0, acknowledge_ms: 0, resolve_ms: 0, review_ms: 0, repeat_ms: 60_000 },
};
export const LATCHED: Partial<Course> = {
  severity: 'critical',
  latched: true,
  require_ack: true,
  require_reattest: true,
  review: true,
};

/** The event that opens an incident, with what its plan is to have instead of the course above. */
export function reported(plan: Partial<Plan> = {}) {
  return {
    key: 'reported',
    at: AT,
    actor: 'agent',
    event: {
      type: 'reported',
      id: incidentId(1),
      class: 'prompt_injection',
      source: 'agent',
      description: 'seen by a detector',
      evidence: {},
      subject: {},
      reported_by: 'agent',
      occurred_at: AT,
      plan: { ...COURSE, policy_digest: 'a'.repeat(64), escalation: null, ...plan },
    },
  } as const satisfies RecordedEvent;
}

/** An incident to which the events have happened, a second apart. */
export function incidentAfter(plan: Partial<Plan>, ...events: IncidentEvent[]): Incident {
  return events.reduce(
    (incident, event, i) => apply(incident, { key: `${i}`, at: later(i + 1), actor: 'x', event }),
    open(reported(plan)),
  );
}

/** So many seconds after the report. */
export function later(seconds: number): string {
  return new Date(Date.parse(AT) + seconds * 1_000).toISOString();
}

const result = (action: PlannedAction, status: 'contained' | 'failed') =>
  ({
    type: 'action',
    result: { action: action.action, target: action.target, status, reason: 'ok', detail: '' },
  }) as const satisfies IncidentEvent;

type Observed = Extract<IncidentEvent, { type: 'observed' }>;

/** What may happen to an incident, in its shortest form. */
export const HAPPENS = {
  inForce: (action = FREEZE) => result(action, 'contained'),
  fails: (action = FREEZE) => result(action, 'failed'),
  contained: { type: 'contained' },
  containmentFailed: { type: 'containment_failed', failing: [] },
  acknowledged: { type: 'acknowledged', by: 'ada', claim: '', note: '', binding: 'b'.repeat(64) },
  attested: (accepted: boolean) => ({
    type: 'attestation' as const,
    by: 'ada',
    ...(accepted ? CLAIMED : REFUSED),
    binding: 'b'.repeat(64),
  }),
  escalated: (course: Partial<Course>) => ({
    type: 'escalated' as const,
    from: 'high' as const,
    count: 3,
    course: { ...COURSE, ...course },
  }),
  observed: (more: Partial<Observed>) => ({
    type: 'observed' as const,
    ...{ source: 'agent', reported_by: 'agent', count: 1 },
    ...{ first_at: AT, last_at: AT, digest: 'd'.repeat(64), ...more },
  }),
  raised: (course: Partial<Course>) => ({
    type: 'raised' as const,
    from: 'high' as const,
    course: { ...COURSE, ...course },
  }),
  widened: (subject: Subject) => ({
    type: 'widened' as const,
    subject,
    actions: [furtherFreeze(subject)],
  }),
  breached: (stage: 'contain' | 'acknowledge' | 'resolve' | 'review') => ({
    type: 'sla_breached' as const,
    stage,
    due_at: AT,
    times: 1,
  }),
  resolved: { type: 'resolved', by: 'bob', note: '' },
  released: (status: 'released' | 'kept' | 'failed') => ({
    type: 'released' as const,
    results: [{ action: FREEZE.action, target: FREEZE.target, status, reason: 'ok', detail: '' }],
  }),
  closed: { type: 'closed', by: 'cleo', note: 'seen' },
} as const satisfies Record<string, IncidentEvent | ((...given: never[]) => IncidentEvent)>;
