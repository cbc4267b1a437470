import { thinnedBy } from './thinned.ts';

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
  counted: readonly Counted[];
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

/**
 * Some 400 kB where the engine carries at most 2 MB over. It holds all that can still matter at thresholds up to 150,
 * and mostly at higher ones, where the oldest is forgotten first: what comes late may then find its window too empty.
 */
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
  if (fresh.length === 0) return { window, escalated: [] };
  const windowMs = Math.max(...fresh.map(({ window_ms }) => window_ms));
  const horizonMs = horizon(window.counted, windowMs);
  const counted = [...window.counted, ...fresh.map((o) => ({ ...o, escalated: false }))]
    .toSorted((a, b) => a.at_ms - b.at_ms)
    .filter((c) => c.at_ms > horizonMs);
  const { marked, escalated } = mark(counted, Math.min(...fresh.map(({ at_ms }) => at_ms)));
  // What comes together is all counted before any of it is forgotten.
  const open = marked.filter((c) => c.at_ms > horizon(counted, windowMs));
  return { window: { counted: mattering(open) }, escalated };
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

/**
 * Of too many, those that can still change anything. What has escalated only fills the windows of others, which some of it
 * do as well as all; and by one of its own an incident is known to have been told, as long as there is room for that.
 */
function mattering(counted: readonly Counted[]): readonly Counted[] {
  if (counted.length <= MOST_COUNTED) return counted;
  const escalated = counted.filter((c) => c.escalated);
  const threshold = Math.max(...counted.map((c) => c.threshold));
  const windowMs = Math.min(...counted.map((c) => c.window_ms));
  const needed = new Set([
    ...counted.filter((c) => !c.escalated),
    ...thinnedBy(escalated, (c) => c.at_ms, threshold, windowMs),
  ]);
  const newest = new Map(escalated.map((c) => [c.incident_id, c]));
  const room = Math.max(0, MOST_COUNTED - needed.size);
  const others = [...newest.values()].filter((c) => !needed.has(c)).slice(0, room);
  const kept = new Set([...needed, ...others]);
  return counted.filter((c) => kept.has(c)).slice(-MOST_COUNTED);
}
