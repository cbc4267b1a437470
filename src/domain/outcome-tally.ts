import { attainmentsOf } from './attainment.ts';
import type { Incident } from './incident-record.ts';
import type { Stats } from './stats.ts';

type Figures = Pick<Stats, 'clocks' | 'false_positives'>;

/** Counts over incidents, each by what it has come to last. */
export interface OutcomeTally {
  /** As it is now; what was counted of it before counts no more. */
  count(incident: Incident): void;
  figures(): Figures;
}

export function createOutcomeTally(): OutcomeTally {
  const counts = new Map<string, number>();
  const counted = new Map<string, string>();
  const add = (outcomes: string, n: number) => {
    const list: string[] = JSON.parse(outcomes);
    for (const outcome of list) counts.set(outcome, (counts.get(outcome) ?? 0) + n);
  };
  // Incidents come to few different ends: each is kept once.
  const interned = new Map<string, string>();
  return {
    count(incident) {
      const text = JSON.stringify(outcomesOf(incident));
      const outcomes = interned.get(text) ?? text;
      interned.set(outcomes, outcomes);
      const before = counted.get(incident.id);
      if (before === outcomes) return;
      if (before !== undefined) add(before, -1);
      add(outcomes, 1);
      counted.set(incident.id, outcomes);
    },
    figures: () => figuresOf(counts),
  };
}

/** Each as the JSON of a list: whose, and what. */
function outcomesOf(incident: Incident): string[] {
  const { dismissal, source, alert, class: ofClass } = incident;
  const clocks = attainmentsOf(incident).map(({ clock, attained }) =>
    JSON.stringify(['clock', clock, attained]),
  );
  if (dismissal === undefined) return clocks;
  return [...clocks, JSON.stringify(['dismissed', source, alert?.format ?? '', ofClass])];
}

function figuresOf(counts: ReadonlyMap<string, number>): Figures {
  const figures: Figures = { clocks: {}, false_positives: [] };
  for (const [outcome, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (count === 0) continue;
    const [kind, name = '', second = '', third = '']: string[] = JSON.parse(outcome);
    if (kind === 'dismissed') {
      figures.false_positives.push({ source: name, format: second, class: third, count });
    } else {
      const clock = (figures.clocks[name] ??= { met: 0, missed: 0, running: 0 });
      if (second === 'met' || second === 'missed' || second === 'running') clock[second] = count;
    }
  }
  return figures;
}
