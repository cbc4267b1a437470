import type { AlertFormatName, AlertMark } from './alert.ts';
import type { CountedTimes, Widening } from './events.ts';
import type { Incident } from './incident-record.ts';
import type { Admission } from './admission.ts';
import type { Plan, PlannedAction } from './plan.ts';
import type { Severity } from './severity.ts';
import type { Subject } from './report.ts';
import type { JsonObject } from './alert.ts';
import type { TriagedAlert } from './triaged-alert.ts';

/** What came in one call of a detector, as it came. */
export interface DeliveryRecord {
  /** Of the bytes. */
  sha256: string;
  bytes: Uint8Array;
  headers: Readonly<Record<string, string>>;
  /** Whose alerts are told from each other: those of one source come once, whoever of its senders brings them. */
  source: string;
  reported_by: string;
  /** '' where it was not recognised. */
  format: AlertFormatName | '';
  received_ms: number;
}

/** What becomes of an alert that no report is made of. `logged`: a tree has found it to be nothing more by itself. */
export const SET_ASIDE = ['unmatched', 'cleared', 'health', 'refused', 'logged'] as const;
export type SetAside = (typeof SET_ASIDE)[number];

export interface SetAsideAlert {
  set_aside: SetAside;
  reason: string;
}

/** What an alert that is listed came to. A repeat is listed where it came first. */
export const LISTED_OUTCOMES = ['incident', 'observation', ...SET_ASIDE] as const;

export interface AlertAdmission {
  mark: Omit<AlertMark, 'format'> & { format: AlertFormatName | '' };
  /** Never later than now. */
  occurred_ms: number;
  /** Whether its identity tells it from others for some time only. */
  timeless: boolean;
  becomes: SetAsideAlert | CausedAlert | TriagedAlert;
}

/** One that is no question any more. */
export interface DecidedAdmission extends AlertAdmission {
  becomes: SetAsideAlert | CausedAlert;
}

/** An alert that is a report, and of which cause. */
export interface CausedAlert {
  /** SHA-256 over class, rule and subject; and without the subject, '' where each subject is a cause of its own. */
  cause: { narrow: string; wide: string };
  /** How far apart in time two alerts of one cause may be. */
  window_ms: number;
  class: string;
  subject: Subject;
  plan: Plan;
  /** What the report says beside that. Nobody asks it of what only counts, and in a flood that is nearly all. */
  says(): { description: string; evidence: JsonObject };
  /** The incident that it opens where there is none for it to join: one, however often it is asked for. */
  opens(): Admission;
  /** Null where the class is not counted. */
  counted: Omit<CountedTimes, 'times'> | null;
  /** What is done about its subject, beside what is done already. */
  widening: (existing: readonly Pick<PlannedAction, 'action' | 'resource'>[]) => Widening;
}

export interface AdmittedAlert {
  outcome: 'incident' | 'observation' | 'repeat' | SetAside;
  /** '' where there is none. */
  incident_id: string;
  /** What is done about a subject that it brought to the incident; absent where it brought none. */
  widens?: Widening;
  /** What it was decided to be; absent where that was no question. */
  decided?: SetAsideAlert | CausedAlert;
}

/** One alert as it is listed. Instants in UTC with milliseconds. */
export interface ListedAlert {
  identity: string;
  source: string;
  reported_by: string;
  format: AlertFormatName | '';
  title: string;
  rule: string;
  outcome: (typeof LISTED_OUTCOMES)[number];
  reason: string;
  incident_id: string;
  delivery: string;
  index: number;
  occurred_at: string;
  received_at: string;
}

export interface AlertFilter {
  source?: string | undefined;
  outcome?: ListedAlert['outcome'] | undefined;
  incident_id?: string | undefined;
  limit: number;
  /** Opaque, from the page before. */
  cursor?: string | undefined;
}

/** How many alerts of a source and format came to what, whether they are still listed or not. */
export interface AlertCount {
  source: string;
  format: AlertFormatName | '';
  outcome: AdmittedAlert['outcome'];
  count: number;
  first_at: string;
  last_at: string;
}

/** The report that an alert was read as, kept so that it can become an incident of its own. */
export interface KeptReport {
  identity: string;
  source: string;
  reported_by: string;
  occurred_at: string;
  mark: AlertMark;
  cause: CausedAlert['cause'];
  window_ms: number;
  report: {
    class: string;
    severity: Severity;
    description: string;
    subject: Subject;
    evidence: JsonObject;
  };
}

/** Which person links incidents, when and why. `key`: a repeat of it changes nothing more. */
export interface Linking {
  key: string;
  at: string;
  by: string;
  reason: string;
}

/** The alerts of the ledger: each once, each cause in one incident. */
export interface AlertLog {
  /**
   * In the ledger when this resolves: what came before is a repeat, what has a cause that is being handled joins its
   * incident, the rest is an incident of its own or set aside. Faults: `ledger_unavailable`, after which some of the
   * alerts may be in the ledger and are repeats when they come again.
   */
  admit(delivery: DeliveryRecord, alerts: readonly AlertAdmission[]): Promise<AdmittedAlert[]>;
  /** Writes as entries what has been aggregated for longer than it may be. */
  settle(nowMs: number): Promise<void>;
  /** Forgets what is beyond the bounds of what is listed; the counts stay. */
  tidy(nowMs: number): Promise<void>;
  /** Newest first. `next` is '' on the last page. */
  list(filter: AlertFilter): Promise<{ alerts: ListedAlert[]; next: string }>;
  counts(): Promise<AlertCount[]>;
  /** The bytes in which alerts came; null where they are not kept, or not any more. */
  delivery(sha256: string): Promise<Pick<DeliveryRecord, 'bytes' | 'headers'> | null>;
  /** An alert of the incident, by its identity or the beginning of it; null where there is none. */
  keptReport(incidentId: string, identity: string): Promise<KeptReport | null>;
  /**
   * Further alerts of the one incident's causes join the other. Faults: `incident_not_found`, `already_resolved`, and
   * `lesser_incident` where a latched or critical one would go into one that is not.
   */
  merge(incidentId: string, into: string, linking: Linking): Promise<Incident>;
  /**
   * The alert becomes an incident of its own, which further ones like it join, also where the first is resolved. Faults
   * `incident_not_found` and `alert_not_found`.
   */
  split(
    incidentId: string,
    identity: string,
    alert: CausedAlert,
    linking: Linking,
  ): Promise<Incident>;
}
