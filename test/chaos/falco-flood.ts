import { sha256Hex } from '../../src/evidence/digest.ts';
import type { Random } from './random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The detector's own rules, and the class that each becomes by the shipped policy. */
export const RULES = {
  policy_bypass_attempt: 'Change thread namespace',
  unauthorized_access: 'Read sensitive file untrusted',
  integrity_violation: 'Write below binary dir',
} as const;
export type FloodClass = keyof typeof RULES;

/** Counted so. All that a flood holds of a class lies within two windows: later than that nothing is counted. */
export const WINDOWS = {
  policy_bypass_attempt: { threshold: 40, window_ms: 10 * MINUTE },
  unauthorized_access: { threshold: 25, window_ms: 15 * MINUTE },
} as const;
type CountedClass = keyof typeof WINDOWS;

export const SUBJECTS = 20;
/** Those of which little is heard, and that before the others: some of it when the window is full, some before. */
const QUIET_SUBJECTS = 10;
/** More than the threshold, and so few that the last of them alone come into a full window. */
const QUIET_ALERTS = { policy_bypass_attempt: 45, unauthorized_access: 29 };

/** Of a class that is not counted: two outbreaks, further apart than alerts of one incident may be. */
const OUTBREAK_SUBJECTS = 5;
const OUTBREAKS_AGO_MS = [10 * HOUR, 4 * HOUR];
const OUTBREAK_ALERTS = 500;
const OUTBREAK_SPAN_MS = 20 * MINUTE;

const UNMATCHED = 1_000;
const FLOOD_AGO_MS = 2 * HOUR;

/** Of so many one comes whenever it likes; the others in the order of their time. */
const ANYTIME_OF = 10;
/** Of so many one is written twice: to both files, or to one. */
const TWICE_OF = 50;

/** One event as Falco writes it, and what is expected of it. */
export interface FloodAlert {
  line: string;
  identity: string;
  at_ms: number;
  /** '' for what no rule is about. */
  class: FloodClass | '';
  subject: string;
}

export interface Flood {
  /** Each once. */
  alerts: FloodAlert[];
  /** What each of two detectors writes, in order, repeats included. */
  files: [string[], string[]];
}

/** As many different alerts as that, ending before `nowMs`. */
export function falcoFlood(count: number, random: Random, nowMs: number): Flood {
  const outbreaks = OUTBREAKS_AGO_MS.flatMap((ago) => outbreak(random, nowMs - ago));
  const unmatched = times(UNMATCHED, () => seen(random, '', nowMs - random.below(HOUR)));
  const left = count - outbreaks.length - unmatched.length;
  const alerts = [
    ...outbreaks,
    ...unmatched,
    ...counted(random, 'policy_bypass_attempt', Math.floor(left / 2), nowMs - FLOOD_AGO_MS),
    ...counted(random, 'unauthorized_access', Math.ceil(left / 2), nowMs - FLOOD_AGO_MS),
  ];
  return { alerts, files: written(random, alerts) };
}

function outbreak(random: Random, from: number): FloodAlert[] {
  return times(OUTBREAK_ALERTS, (n) => {
    const at_ms = from + random.below(OUTBREAK_SPAN_MS);
    return seen(random, 'integrity_violation', at_ms, n % OUTBREAK_SUBJECTS);
  });
}

/** A quiet window, then a loud one. */
function counted(random: Random, of: CountedClass, count: number, from: number): FloodAlert[] {
  const { window_ms } = WINDOWS[of];
  const quiet = QUIET_ALERTS[of];
  return times(count, (n) => {
    if (n < quiet) return seen(random, of, from + random.below(window_ms), n % QUIET_SUBJECTS);
    const subject = QUIET_SUBJECTS + (n % (SUBJECTS - QUIET_SUBJECTS));
    return seen(random, of, from + window_ms + random.below(window_ms), subject);
  });
}

/** Each line is of an instant of its own, to the nanosecond, as Falco's are. */
function seen(
  random: Random,
  ofClass: FloodClass | '',
  at_ms: number,
  number = random.below(SUBJECTS),
): FloodAlert {
  const subject = `node-${number}`;
  const nanos = `${String(random.below(100_000)).padStart(5, '0')}${1 + random.below(9)}`;
  const time = new Date(at_ms).toISOString().replace('Z', `${nanos}Z`);
  const rule = ofClass === '' ? 'Something of no interest' : RULES[ofClass];
  const priority = ofClass === '' ? 'Notice' : 'Error';
  const output = `${time}: ${priority} ${rule} (container=${subject} command=sh -c ${random.below(1e9)})`;
  const output_fields = {
    ...{ 'container.id': `c0ffee${number}`, 'k8s.node.name': subject, 'proc.name': 'sh' },
    ...{ 'proc.cmdline': 'sh -c whoami', 'proc.pname': 'runc', 'user.name': 'root' },
  };
  const tags = ['container', 'mitre_execution'];
  const event = { hostname: subject, output, priority, rule, source: 'syscall', tags, time };
  const identity = sha256Hex(JSON.stringify(['falco', rule, time, subject, output]));
  const line = JSON.stringify({ ...event, output_fields });
  return { line, identity, at_ms, class: ofClass, subject };
}

function written(random: Random, alerts: readonly FloodAlert[]): Flood['files'] {
  const first = Math.min(...alerts.map(({ at_ms }) => at_ms));
  const span = Math.max(...alerts.map(({ at_ms }) => at_ms)) - first;
  const inOrder = alerts
    .map(({ line, at_ms }) => {
      const isLate = random.below(ANYTIME_OF) === 0;
      return { line, at: isLate ? first + random.below(span) : at_ms };
    })
    .toSorted((a, b) => a.at - b.at);
  const files: Flood['files'] = [[], []];
  for (const { line } of inOrder) {
    const file = random.pick(files);
    file.push(line);
    if (random.below(TWICE_OF) === 0) random.pick(files).push(line);
  }
  return files;
}

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
