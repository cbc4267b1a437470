import type { EvidenceReceipt } from './evidence-receipt.ts';
import type { Artifact, Gap } from './events.ts';
import type { FreezeAnswer } from './host-capture.ts';
import type { Severity } from './severity.ts';
import type { Retention } from './retention.ts';
import type { Subject } from './report.ts';

/** What was captured of one incident in one go: what is there, and what is not. Times in epoch ms. */
export interface Taken {
  incident_id: string;
  /** Unique within the incident. */
  snapshot_id: string;
  class: string;
  severity: Severity;
  subject: Subject;
  /** Where it was captured. */
  host: string;
  /** How the subject was kept still meanwhile; null where it ran on. */
  frozen: { method: FreezeAnswer['method']; from_ms: number; to_ms: number | null } | null;
  artifacts: readonly Artifact[];
  gaps: readonly Gap[];
  taken_ms: number;
}

export interface Sealed {
  receipt: EvidenceReceipt;
  /** As the manifest says it. */
  retention: Retention;
}

/** Makes what was captured into evidence that stands alone. */
export interface Custodian {
  /** Signs the manifest and keeps it, then reads everything in it back. Throws Faults. */
  seal(taken: Taken): Promise<Sealed>;
  /** '' where the manifest and every object of it are there and verify now; else what is wrong, in one sentence. */
  doubts(receipt: EvidenceReceipt): Promise<string>;
}
