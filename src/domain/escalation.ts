/** One incident as its class's escalation counter sees it. */
export interface Occurrence {
  incident_id: string;
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

/** More than any window holds of what can still matter; the oldest is forgotten first. */
export const MOST_COUNTED = 2_000;

export const EMPTY_WINDOW: EscalationWindow = { counted: [] };

/**
 * Counts one occurrence and tells which incidents escalate by it: those whose own window, of event time, holds
 * the threshold or more. An occurrence exactly one window old has left it. Occurrences may come in any order and
 * more than once; each incident escalates once.
 */
export function count(
  window: EscalationWindow,
  occurrence: Occurrence,
): { window: EscalationWindow; escalated: Escalated[] } {
  if (window.counted.some((c) => c.incident_id === occurrence.incident_id)) {
    return { window, escalated: [] };
  }
  const counted = [...window.counted, { ...occurrence, escalated: false }]
    .toSorted((a, b) => a.at_ms - b.at_ms)
    .filter((c, _, all) => c.at_ms > horizon(all, occurrence.window_ms))
    .slice(-MOST_COUNTED);
  const escalated: Escalated[] = [];
  const marked = counted.map((c) => {
    // An occurrence changes no window that ended before it.
    if (c.escalated || c.at_ms < occurrence.at_ms) return c;
    const inWindow = countUpTo(counted, c);
    if (inWindow < c.threshold) return c;
    escalated.push({ incident_id: c.incident_id, count: inWindow });
    return { ...c, escalated: true };
  });
  return { window: { counted: marked }, escalated };
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
  const newest = counted.at(-1)?.at_ms ?? 0;
  return newest - 2 * windowMs;
}
