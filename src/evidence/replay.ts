import type { RecordedEvent } from '../domain/events.ts';
import { apply, open } from '../domain/incident.ts';
import { type Incident, incidentRecordSchema, type State } from '../domain/incident-record.ts';
import type { RedactedEntry } from '../domain/incident-bundle.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { eventIn } from '../domain/recorded.ts';
import type { AnyBundle } from './bundle-seal.ts';
import { canonicalJson } from './canonical.ts';

/** One decision or observation, and the state that it left its incident in. */
export interface ReplayStep {
  entry: LedgerEntry | RedactedEntry;
  /** Null where this version knows no such event, or the entry is about no incident. */
  event: RecordedEvent | null;
  /** Null where what came before is not in the bundle. */
  state: State | null;
}

/** Why the entries of an incident cannot be compared with its record. */
export type NotCompared = 'entries_left_out' | 'unknown_event';

export interface Replayed {
  incident_id: string;
  /** `ahead`: the record is as it was before the last entries, which came while it was exported. */
  record: 'same' | 'ahead' | NotCompared;
}

export type Replay =
  | { valid: true; steps: ReplayStep[]; incidents: Replayed[] }
  | { valid: false; reason: 'replay_differs'; incident_id: string; detail: string };

type Recorded = Record<string, unknown>;

/**
 * Folds the entries of a bundle anew, and compares each incident that comes of it with the record in the bundle. Says
 * nothing of who made the bundle: that is verified before. In a redacted one the binding is not compared.
 */
export function replayBundle(bundle: AnyBundle): Replay {
  const ignored = 'schema' in bundle && bundle.audit_entries.some(isRedacted) ? ['binding'] : [];
  const leftOut = 'schema' in bundle && bundle.scope.left_out.audit_entries > 0;
  const folds = new Map<string, Incident[]>();
  const steps = bundle.audit_entries.map((entry) => step(folds, entry));
  const incidents: Replayed[] = [];
  for (const record of bundle.incidents.map(recordOf)) {
    const id = String(record['id']);
    const own = steps.filter(({ entry }) => entry.incident_id === id);
    const why = incomparable(own, leftOut);
    const compared = why ?? compare(record, folds.get(id) ?? [], ignored);
    if (compared === null) return differs(record, folds.get(id)?.at(-1), ignored);
    incidents.push({ incident_id: id, record: compared });
  }
  return { valid: true, steps, incidents };
}

/** With what its version did not write yet; as it is where this version cannot read it. */
function recordOf(record: Recorded): Recorded {
  return incidentRecordSchema.safeParse(record).data ?? record;
}

function isRedacted(entry: LedgerEntry | RedactedEntry): boolean {
  return 'redacted' in entry;
}

/** Folds on from what came before, and keeps every incident on the way. */
function step(folds: Map<string, Incident[]>, entry: LedgerEntry | RedactedEntry): ReplayStep {
  // A redacted entry has no key; none of what is folded depends on it.
  const event = eventIn({ key: String(entry.seq), ...entry });
  const soFar = folds.get(entry.incident_id) ?? [];
  folds.set(entry.incident_id, soFar);
  const before = soFar.at(-1);
  const after = event === null ? before : fold(before, event);
  if (after !== undefined) soFar.push(after);
  return { entry, event, state: after?.state ?? null };
}

function fold(before: Incident | undefined, recorded: RecordedEvent): Incident | undefined {
  const { event } = recorded;
  if (before !== undefined) return apply(before, recorded);
  return event.type === 'reported' ? open({ ...recorded, event }) : undefined;
}

function incomparable(steps: readonly ReplayStep[], leftOut: boolean): NotCompared | null {
  if (leftOut) return 'entries_left_out';
  return steps.some(({ event }) => event === null) ? 'unknown_event' : null;
}

/** Null where the record is none of those that the entries led through. */
function compare(
  record: Recorded,
  folds: readonly Incident[],
  ignored: readonly string[],
): 'same' | 'ahead' | null {
  const at = folds.findLastIndex((incident) => differing(record, incident, ignored).length === 0);
  if (at === -1) return null;
  return at === folds.length - 1 ? 'same' : 'ahead';
}

function differing(record: Recorded, incident: Incident, ignored: readonly string[]): string[] {
  const folded: Recorded = { ...incident };
  const names = new Set([...Object.keys(record), ...Object.keys(folded)]);
  return [...names].filter((name) => {
    return !ignored.includes(name) && inWords(record[name]) !== inWords(folded[name]);
  });
}

function inWords(value: unknown): string {
  return value === undefined ? '' : canonicalJson(value);
}

function differs(record: Recorded, last: Incident | undefined, ignored: readonly string[]): Replay {
  const incident_id = String(record['id']);
  const detail =
    last === undefined
      ? 'no entry in the bundle reports it'
      : `its entries lead to another ${differing(record, last, ignored).join(', ')}`;
  return { valid: false, reason: 'replay_differs', incident_id, detail };
}
