import type { RecordedEvent } from './events.ts';
import type { IncidentInput } from './messages.ts';
import type { PlannedAction } from './plan.ts';

/** One report made durable: everything that the detector's 2xx promises, in one transaction. */
export interface Admission {
  /** '' where the reporter gave none. Unique per reporter, for ever. */
  idempotency_key: string;
  reporter: string;
  reported: RecordedEvent;
  /** What the workflow will be started with; kept until it has been. */
  input: IncidentInput;
  /** Every action that may come to be in force for the incident. */
  holds: PlannedAction[];
  /** Until when the reflex of this server may still be on its way, epoch ms; 0 where there is none. */
  reflex_until_ms: number;
  /** The server that dispatches it first, and until when nobody else should, epoch ms. */
  lease: { owner: string; until_ms: number };
  /** Where the reporter is an attestor: the host it speaks of, whose report we may have caused by asking. */
  echo: { host: string; at_ms: number } | null;
}
