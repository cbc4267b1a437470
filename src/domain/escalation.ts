/** One event of an incident as its class's escalation counter sees it. */
export interface Occurrence {
  incident_id: string;
  /** Tells it from the incident's others; absent for the one that the incident began with. */
  key?: string;
  /** Event time, epoch milliseconds. */
  at_ms: number;
  threshold: number;
  window_ms: number;
}

interface Counted extends Occurrence {
  escalated: boolean;
}

/** The counter's whole state, small enough to be carried over by continue-as-new. */
export interface EscalationWindow {
  counted: Counted[];
}

export interface Escalated {
  incident_id: string;
  /** How many occurrences stood in the window when the threshold was reached. */
  count: number;
}

export interface Counting {
  window: EscalationWindow;
  escalated: Escalated[];
}

/** More than any window holds of what can still matter; the oldest is forgotten first. */
export const MOST_COUNTED = 2_000;

export const EMPTY_WINDOW: EscalationWindow = { counted: [] };

/**
 * Counts one occurrence and tells which incidents escalate by it: those whose own window, of event time, holds
 * the threshold or more. An occurrence exactly one window old has left it. Occurrences may come in any order and
 * more than once; each incident escalates once, however many of them are its own.
 */
export function count(window: EscalationWindow, occurrence: Occurrence): Counting {
  return countAll(window, [occurrence]);
}

/** The same for many at once: as if they had come one after another, in the order of their time. */
export function countAll(window: EscalationWindow, occurrences: readonly Occurrence[]): Counting {
  const fresh = unknownOf(window, occurrences);
  const [first, ...others] = fresh;
  if (first === undefined) return { window, escalated: [] };
  const windowMs = Math.max(...fresh.map(({ window_ms }) => window_ms));
  const horizonMs = horizon(window.counted, windowMs);
  const counted = [...window.counted, ...fresh.map((o) => ({ ...o, escalated: false }))]
    .toSorted((a, b) => a.at_ms - b.at_ms)
    .filter((c) => c.at_ms > horizonMs)
    // What comes together is all counted before any of it is forgotten.
    .slice(-MOST_COUNTED - others.length);
  const { marked, escalated } = mark(counted, Math.min(...fresh.map(({ at_ms }) => at_ms)));
  const kept = marked.filter((c) => c.at_ms > horizon(counted, windowMs)).slice(-MOST_COUNTED);
  return { window: { counted: kept }, escalated };
}

/** Those that were not counted before, each once. */
function unknownOf({ counted }: EscalationWindow, occurrences: readonly Occurrence[]) {
  const known = new Set(counted.map(keyOf));
  return occurrences.filter((occurrence) => {
    const isKnown = known.has(keyOf(occurrence));
    known.add(keyOf(occurrence));
    return !isKnown;
  });
}

function keyOf({ key, incident_id }: Occurrence): string {
  return key ?? incident_id;
}

/** Marks those whose window has become full: an occurrence changes no window that ended before it. */
function mark(
  counted: readonly Counted[],
  sinceMs: number,
): { marked: Counted[]; escalated: Escalated[] } {
  const told = new Set(counted.filter((c) => c.escalated).map(({ incident_id }) => incident_id));
  const escalated: Escalated[] = [];
  const marked = counted.map((c) => {
    if (c.escalated || c.at_ms < sinceMs) return c;
    const inWindow = countUpTo(counted, c);
    if (inWindow < c.threshold) return c;
    if (!told.has(c.incident_id)) escalated.push({ incident_id: c.incident_id, count: inWindow });
    told.add(c.incident_id);
    return { ...c, escalated: true };
  });
  return { marked, escalated };
}

function countUpTo(counted: readonly Counted[], { at_ms, window_ms }: Counted): number {
  return occurredBy(counted, at_ms) - occurredBy(counted, at_ms - window_ms);
}

/** How many of them, which are in order of time, had occurred by then. Halving: a flood is counted one by one. */
function occurredBy(counted: readonly Counted[], atMs: number): number {
  let low = 0;
  let high = counted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((counted[middle]?.at_ms ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A late occurrence may still complete the window of a newer one, so two windows are kept. */
function horizon(counted: readonly Counted[], windowMs: number): number {
  const newest = counted.at(-1)?.at_ms ?? -Infinity;
  return newest - 2 * windowMs;
}
