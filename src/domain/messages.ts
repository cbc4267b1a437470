import type { Dismissal, Widening } from './events.ts';
import type { EvidenceRef } from './evidence.ts';
import type { Incident } from './incident-record.ts';
import type { Course, Plan } from './plan.ts';
import type { Decision } from './playbook-progress.ts';
import type { Subject } from './report.ts';
import type { TaskResult } from './result-field.ts';

/** Names by which clients and workflows know each other. Written once, so that they cannot disagree. */
export const INCIDENT_WORKFLOW = 'incident';
export const ESCALATION_WORKFLOW = 'escalation';
export const TASK_QUEUE = 'cordon';
export const UPDATES = {
  acknowledge: 'acknowledge',
  reattest: 'reattest',
  resolve: 'resolve',
  close: 'close',
  order: 'order',
} as const;
export const SIGNALS = {
  ack: 'ack',
  reattest: 'reattest',
  escalate: 'escalate',
  count: 'count',
  countMany: 'count_many',
  lost: 'lost',
  observe: 'observe',
} as const;

export function escalationWorkflowId(incidentClass: string): string {
  return `escalation/${incidentClass}`;
}

/** What the incident workflow starts from. The report itself stays in the ledger: its evidence may be large. */
export interface IncidentInput {
  id: string;
  class: string;
  source: string;
  description: string;
  subject: Subject;
  reported_by: string;
  occurred_at: string;
  created_at: string;
  plan: Plan;
  /** Where an earlier run has left off: a history that grew long, or a run that was ended from outside. */
  resumed?: Resumed;
  /** Signalled to a run that was ended from outside before it told of them. */
  observed?: ObserveSignal[];
}

export interface Resumed {
  incident: Incident;
  told: number;
  /** Where it is not to be read out of the plan: all that is planned by now, by whatever was told. */
  course?: Course;
}

/** A person's command, as an Update's argument. `by` is the authenticated principal, `claim` what the body said. */
export interface PersonCommand {
  by: string;
  claim: string;
  note: string;
}

/** A Temporal-native client's signal. The token was minted by the shim for this person and incident. */
export interface SignedSignal {
  token: string;
  note: string;
}

/** What a person orders by an incident's playbook. */
export type Order = PersonCommand &
  (
    | { order: 'assign'; task: string; to: string }
    | { order: 'complete'; task: string; result: TaskResult; evidence: EvidenceRef[] }
    | { order: 'decide'; step: string; verdict: Decision['verdict'] }
    | { order: 'dismiss'; dismissal: Dismissal }
    | { order: 'review'; document: EvidenceRef }
  );
export type OrderName = Order['order'];

export interface CommandAnswer {
  status:
    | 'acknowledged'
    | 're-attestation recorded'
    | 'resolved'
    | 'closed'
    | 'waiting for a second person'
    | 'assigned'
    | 'done'
    | 'decided'
    | 'dismissed'
    | 'reviewed';
}

/** An action that was in force was measured not to be any more. */
export interface LostSignal {
  action: string;
  detail: string;
}

export interface EscalateSignal {
  count: number;
}

/** What a further alert of the incident's cause has brought to light. A repeat is harmless. */
export interface ObserveSignal {
  /** Of the ledger's entry that tells of it. */
  key: string;
  raises?: Course;
  widens?: Widening;
}
