import type { Alert, AlertFormatName } from '../../domain/alert.ts';
import { fullestWindow } from '../../domain/fullest-window.ts';
import { epochMs } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Severity } from '../../domain/severity.ts';
import type { TriageMark } from '../../domain/triage.ts';
import type { TriageCounter } from '../../domain/triaged-alert.ts';
import { endingOf } from './ending.ts';
import { type AskedTree, countersOf, type RuledAlert, treeFor } from './triaged-alert.ts';
import { type Step, walk } from './walk-tree.ts';

/** What is taken for known of the subjects of alerts that are only looked at. */
export interface Supposed {
  quarantined: boolean;
  /** So many of each of its counts are together with an alert, itself among them; null for those that came with it. */
  count: number | null;
  /** When those alerts happened that do not say it, epoch ms. */
  at_ms: number;
  /** The tree that is asked about all of them; null for those that the rules name. */
  tree: string | null;
}

export const NOTHING_SUPPOSED: Supposed = { quarantined: false, count: null, at_ms: 0, tree: null };

/** The way of an alert through its tree. */
export interface ExplainedTriage extends Omit<TriageMark, 'path'> {
  path: Step[];
  /** Null where the alert is only logged. */
  becomes: { class: string; severity: Severity } | null;
  note: string;
  /** What it was counted for. */
  counts: { name: string; counted: number; many: number }[];
}

export interface Mapped {
  alert: Alert;
  /** Null where no rule is about it. */
  mapping: RuledAlert | null;
}

type TriagingPolicy = Pick<Policy, 'triage' | 'containment'>;

/** Of each alert of a document, in their order; null where no tree is asked about it. */
export function explainTriage(
  policy: TriagingPolicy,
  format: AlertFormatName,
  alerts: readonly Mapped[],
  supposed: Supposed,
): (ExplainedTriage | null)[] {
  const questions = alerts.map((mapped) => questionOf(policy, format, mapped, supposed));
  const times = timesOf(questions);
  return questions.map((question) => {
    if (question === null) return null;
    const counts = question.counters.map(({ name, counter, many, window_ms }) => {
      const together = fullestWindow(times.get(counter) ?? [], question.at_ms, window_ms);
      return { name, counted: supposed.count ?? together, many };
    });
    return explained(policy, question, counts, supposed.quarantined);
  });
}

interface Question {
  ruled: RuledAlert;
  asked: AskedTree;
  counters: TriageCounter[];
  at_ms: number;
}

function questionOf(
  policy: TriagingPolicy,
  format: AlertFormatName,
  { alert, mapping }: Mapped,
  { tree, at_ms }: Supposed,
): Question | null {
  if (mapping === null) return null;
  const ruled = tree === null ? mapping : { ...mapping, triage: tree };
  const asked = treeFor(policy, format, alert, ruled);
  if (asked === null) return null;
  const happened = alert.occurred_at === '' ? at_ms : epochMs(alert.occurred_at);
  return { ruled, asked, counters: countersOf(asked, ruled.subject), at_ms: happened };
}

function timesOf(questions: readonly (Question | null)[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const question of questions) {
    for (const { counter } of question?.counters ?? []) {
      times.set(counter, [...(times.get(counter) ?? []), question?.at_ms ?? 0]);
    }
  }
  return times;
}

function explained(
  policy: TriagingPolicy,
  { ruled, asked: { name, compiled, facts } }: Question,
  counts: ExplainedTriage['counts'],
  quarantined: boolean,
): ExplainedTriage {
  const counted = Object.fromEntries(counts.map((count) => [count.name, count.counted]));
  const { path, leaf } = walk(compiled, facts, { quarantined, counts: counted });
  const { mark, note, ...ending } = endingOf(policy, name, ruled, { leaf, path });
  if (ending.ends === 'logged') return { ...mark, path, becomes: null, note, counts };
  const { class: found, severity = policy.containment.rules[found]?.default_severity } = ending.as;
  return {
    ...mark,
    path,
    becomes: { class: found, severity: severity ?? 'critical' },
    note,
    counts,
  };
}
