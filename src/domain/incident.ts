import { bindingOf } from './binding.ts';
import { decideHeld, hold } from './breaker-fold.ts';
import type { Gap, IncidentEvent, RecordedEvent } from './events.ts';
import { BREAKER_STEP } from './held.ts';
import type { ContainmentAction, Incident, Related, State } from './incident-record.ts';
import { observed } from './observations.ts';
import type { Course, PlannedAction } from './plan.ts';
import { begin, proceed, type PlaybookEvent } from './playbook-fold.ts';
import type { Subject } from './report.ts';

type EventOf<T extends IncidentEvent['type']> = Extract<IncidentEvent, { type: T }>;
type Reported = RecordedEvent & { event: EventOf<'reported'> };

/** The incident that a report opens. */
export function open({ at, event }: Reported): Incident {
  const { plan } = event;
  const incident: Incident = {
    id: event.id,
    class: event.class,
    severity: plan.severity,
    state: 'open',
    source: event.source,
    description: event.description,
    evidence: event.evidence,
    subject: event.subject,
    reported_by: event.reported_by,
    occurred_at: event.occurred_at,
    created_at: at,
    updated_at: at,
    policy_digest: plan.policy_digest,
    ...requirementsOf(plan),
    containment_actions: plan.actions.map(planned),
    contained_at: '',
    artifacts: [],
    gaps: [],
    evidence_receipt: null,
    timestamps: [],
    evidence_waived: '',
    binding: '',
    acked_at: '',
    acked_by: '',
    ack_claim: '',
    re_attested_at: '',
    attestation_refused: '',
    attestation: null,
    reset_count: null,
    escalated_at: '',
    sla_breaches: [],
    resolved_at: '',
    resolved_by: '',
    released_at: '',
    bundle: null,
    closed_at: '',
    closed_by: '',
    alert: event.alert ?? null,
    triage: event.triage ?? null,
    observations: null,
    further_subjects: [],
    raised_at: '',
    related: [],
    ...(plan.playbook && { playbook: begin(plan.playbook) }),
  };
  return bound(incident);
}

/** Folds one event into the incident. Pure: the workflow, the register and the tests all use this. */
export function apply(incident: Incident, recorded: RecordedEvent): Incident {
  const changed = fold({ ...incident, updated_at: recorded.at }, recorded.event, recorded.at);
  return changed.resolved_at === '' ? bound(changed) : changed;
}

function fold(incident: Incident, event: IncidentEvent, at: string): Incident {
  switch (event.type) {
    case 'reported':
    case 'reflex':
    case 'alert':
    case 'echoed':
    case 'corroborated':
    case 'custody':
      return incident;
    case 'observed':
      return { ...incident, observations: observed(incident.observations, event) };
    case 'escalated':
      return { ...follow(incident, event.course), escalated_at: at };
    case 'raised':
      return { ...follow(incident, event.course), raised_at: at };
    case 'widened':
      return widen(incident, event);
    case 'merged':
      return related(incident, event.other, `merged_${event.way}`);
    case 'split':
      return related(incident, event.other, `split_${event.way}`);
    case 'reopened':
      return related(incident, event.other, `reopened_${event.way}`);
    case 'engaged':
      return inPlaybook(withEngaged(incident, event.actions), event, at);
    case 'scoped':
    case 'scope_unknown':
    case 'task_assigned':
    case 'task_done':
    case 'checked':
    case 'watch_began':
    case 'watch_over':
    case 'reviewed':
      return inPlaybook(incident, event, at);
    case 'decided':
      return event.step === BREAKER_STEP
        ? decideHeld(incident, event, at)
        : inPlaybook(incident, event, at);
    case 'breaker_held':
      return { ...incident, breaker: hold(incident.breaker, event) };
    case 'action':
      return withAction(incident, event.result.action, (action) => ({
        ...action,
        ...event.result,
        at,
        attempts: action.attempts + 1,
      }));
    case 'captured':
      return {
        ...incident,
        artifacts: [...incident.artifacts, ...event.artifacts],
        gaps: withGaps(incident.gaps, event.gaps),
        reset_count: dating(incident, event.reset_count),
        evidence_receipt: reliedOn(event) ?? incident.evidence_receipt,
      };
    case 'timestamped':
      return { ...incident, timestamps: [...timesOf(incident), timeIn(event)] };
    case 'evidence_gate':
      return event.decision === 'hold' ? incident : { ...incident, evidence_waived: event.reason };
    case 'contained':
      return { ...incident, state: 'contained', contained_at: at };
    case 'containment_failed':
      // What a TPM counted before does not date the containment that is still to come.
      return { ...incident, state: 'containment_failed', contained_at: '', reset_count: null };
    case 'acknowledged':
      return acknowledge(incident, event, at);
    case 'attestation':
      return attest(incident, event, at);
    case 'attestation_expired':
      return { ...incident, re_attested_at: '', attestation_refused: 'expired' };
    case 'attestation_doubted':
      return { ...incident, re_attested_at: '', attestation_refused: 'newer_incident' };
    case 'sla_breached':
      return { ...incident, sla_breaches: [...new Set([...incident.sla_breaches, event.stage])] };
    case 'resolved':
      return resolve(incident, event, at);
    case 'released':
      return event.results.reduce(
        (folded, result) =>
          withAction(folded, result.action, (action) => ({ ...action, ...result, at })),
        { ...incident, released_at: at },
      );
    case 'sealed':
      return { ...incident, bundle: event.bundle };
    case 'closed':
      return { ...incident, state: 'closed', closed_at: at, closed_by: event.by };
  }
}

/** What was had of a further subject is no evidence of the incident's own. What fell short proves what it holds, and not that there was no more to be had. */
function reliedOn({ receipt, short_of, of }: EventOf<'captured'>): Incident['evidence_receipt'] {
  return short_of === undefined && of === undefined ? receipt : null;
}

/** What a TPM counts while the containment is not in force does not date it. */
function dating({ state, reset_count }: Incident, counted: number | null): number | null {
  return state === 'containment_failed' ? reset_count : (counted ?? reset_count);
}

function requirementsOf(course: Course) {
  return {
    auto_contain: course.auto_contain,
    latched: course.latched,
    require_ack: course.require_ack,
    require_reattest: course.require_reattest,
    require_review: course.review,
    slas: course.slas,
  };
}

function planned({ action, target, resource, on }: PlannedAction): ContainmentAction {
  const nothing = { status: 'planned', reason: '', detail: '', at: '', attempts: 0 } as const;
  return { action, target, resource, ...nothing, ...(on && { on }) };
}

/** Takes the course of a higher severity: its requirements, and what it does beyond what is planned. */
function follow(incident: Incident, course: Course): Incident {
  return {
    ...withActions(incident, course.actions),
    ...requirementsOf(course),
    severity: course.severity,
  };
}

function inPlaybook(incident: Incident, event: PlaybookEvent, at: string): Incident {
  if (incident.playbook === undefined) return incident;
  return { ...incident, playbook: proceed(incident.playbook, event, at) };
}

/** What was asked for is contained also where the class leaves containment to people. */
function withEngaged(incident: Incident, actions: readonly PlannedAction[]): Incident {
  return {
    ...withActions(incident, actions),
    auto_contain: incident.auto_contain || actions.length > 0,
  };
}

function widen(incident: Incident, { subject, actions }: EventOf<'widened'>): Incident {
  const further_subjects = [...furtherOf(incident), subject];
  return { ...withActions(incident, actions), further_subjects };
}

function withActions(incident: Incident, actions: readonly PlannedAction[]): Incident {
  const known = new Set(incident.containment_actions.map((a) => a.action));
  const added = actions.filter((a) => !known.has(a.action)).map(planned);
  return {
    ...incident,
    state: added.length > 0 ? 'open' : incident.state,
    containment_actions: [...incident.containment_actions, ...added],
  };
}

function related(incident: Incident, incident_id: string, as: Related['as']): Incident {
  return { ...incident, related: [...(incident.related ?? []), { incident_id, as }] };
}

/** The record of an earlier version has no list of them. */
export function furtherOf({ further_subjects = [] }: Partial<Incident>): Subject[] {
  return further_subjects;
}

function acknowledge(incident: Incident, event: EventOf<'acknowledged'>, at: string): Incident {
  const state: State = incident.require_ack ? incident.state : 'acknowledged';
  return { ...incident, state, acked_at: at, acked_by: event.by, ack_claim: event.claim };
}

function attest(incident: Incident, event: EventOf<'attestation'>, at: string): Incident {
  const { type: _type, by: _by, binding: _binding, ...attestation } = event;
  const reset_count = incident.reset_count ?? attestation.reset_count;
  return attestation.accepted
    ? { ...incident, attestation, reset_count, re_attested_at: at, attestation_refused: '' }
    : {
        ...incident,
        attestation,
        reset_count,
        re_attested_at: '',
        attestation_refused: attestation.reason,
      };
}

function resolve(incident: Incident, event: EventOf<'resolved'>, at: string): Incident {
  const acked = incident.acked_at === '' ? { acked_at: at, acked_by: event.by } : {};
  const resolved = { state: 'resolved', resolved_at: at, resolved_by: event.by } as const;
  const { dismissal } = event;
  return { ...incident, ...acked, ...resolved, ...(dismissal && { dismissal }) };
}

/** As far as they are stamped; the record of an earlier version has no list of them. */
export function timesOf({ timestamps = [] }: Partial<Incident>): Incident['timestamps'] {
  return timestamps;
}

function timeIn({ type: _type, ...time }: EventOf<'timestamped'>): Incident['timestamps'][number] {
  return time;
}

function withAction(
  incident: Incident,
  name: string,
  change: (action: ContainmentAction) => ContainmentAction,
): Incident {
  const containment_actions = incident.containment_actions.map((a) =>
    a.action === name ? change(a) : a,
  );
  return { ...incident, containment_actions };
}

/** Renews the binding; where the containment transaction changed, what was bound to the old one is void. */
function bound(incident: Incident): Incident {
  const binding = bindingOf(incident);
  if (binding === incident.binding) return incident;
  const voided = { acked_at: '', acked_by: '', ack_claim: '', re_attested_at: '' };
  return { ...incident, ...voided, state: unacknowledged(incident), binding };
}

function unacknowledged({ state, contained_at }: Incident): State {
  if (state !== 'acknowledged') return state;
  return contained_at === '' ? 'open' : 'contained';
}

/** A capture that is repeated has the same gaps again. */
function withGaps(known: readonly Gap[], found: readonly Gap[]): Gap[] {
  const same = (a: Gap) => (b: Gap) => a.collector === b.collector && a.reason === b.reason;
  return [...known, ...found.filter((gap) => !known.some(same(gap)))];
}
