import type { AlertFormatName, AlertKind } from '../domain/alert.ts';
import type { Severity } from '../domain/severity.ts';
import type { Consideration, Mapping } from './mapping/map-alert.ts';
import type { ExplainedTriage } from './triage/explain-triage.ts';

/** A part of what a detector sends that is no alert, by its place. */
export interface RefusedPart {
  index: number;
  reason: string;
}

export interface ExplainedAlert {
  kind: AlertKind;
  title: string;
  /** As `alertIdentity` has it. */
  identity: string;
  occurred_at: string;
  /** Null for what no rule is about, and for what is no finding. `severity` that of its class where the rule has none. */
  becomes: (Mapping & { severity: Severity }) | null;
  /** What the tree makes of that which its rule names; null where none is asked. */
  triage: ExplainedTriage | null;
  /** Empty for what is no finding, and where the format has no rules. */
  considered: Consideration[];
}

export interface ExplainedDocument {
  /** Null where it is in none of those that were tried. */
  format: AlertFormatName | null;
  tried: AlertFormatName[];
  alerts: ExplainedAlert[];
  refused: RefusedPart[];
  disagreements: string[];
}

/** What would become of everything in a text that a detector sends. */
export interface ExplainedDelivery {
  documents: ExplainedDocument[];
  /** Of the text, not read into documents. */
  refused: RefusedPart[];
}

/** An alert of a sample that falls under another rule than its file says, or a sample that is not as it says. */
export interface Deviation {
  format: AlertFormatName;
  sample: string;
  /** Its place among the alerts of the sample; -1 for the sample itself. */
  alert: number;
  title: string;
  expected: string;
  found: string;
}

export interface CheckedSamples {
  samples: number;
  alerts: number;
  deviations: Deviation[];
}
