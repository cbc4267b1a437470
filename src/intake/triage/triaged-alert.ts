import type { Alert, AlertFormatName } from '../../domain/alert.ts';
import type { CausedAlert } from '../../domain/alert-log.ts';
import { resourceFor } from '../../domain/plan-for.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Subject } from '../../domain/report.ts';
import type { TriageCount, TriageMark } from '../../domain/triage.ts';
import type { TriageCounter, TriagedAlert } from '../../domain/triaged-alert.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import type { Match } from '../mapping/match-alert.ts';
import { compileTree, type CompiledTree } from './compile-tree.ts';
import { type Ending, endingOf } from './ending.ts';
import { countsWith, triageFacts, type TriageFacts, walk } from './walk-tree.ts';

/** What an alert is taken for, and why. */
export interface Triaged {
  match: Match;
  triage?: TriageMark;
}

/** The alert as a question to the tree that its rule names; null where it names none, or none that there is. */
export function triagedAlert(
  policy: Policy,
  format: AlertFormatName,
  alert: Alert,
  match: Match,
  caused: (triaged: Triaged) => CausedAlert,
): TriagedAlert | null {
  const asked = treeFor(policy, format, alert, match);
  if (asked === null) return null;
  const { name, compiled, facts } = asked;
  const { tree } = compiled;
  return {
    quarantined_by: tree.quarantined_by.flatMap(
      (action) => resourceFor(policy, action, match.subject) ?? [],
    ),
    counters: countersOf(asked, match.subject),
    decide: (state) => {
      const { follow, ...walked } = walk(compiled, facts, state);
      const ending = endingOf(policy, name, match, walked);
      if (ending.ends === 'logged') {
        return { becomes: { set_aside: 'logged', reason: reasonOf(ending) }, follow: [] };
      }
      // What a tree finds is one cause, whichever rule was about the alert.
      const triaged = { match: { ...match, ...ending.as }, triage: ending.mark };
      return { becomes: caused(triaged), follow };
    },
  };
}

/** What a rule makes of an alert, as far as a tree has to know it. */
export type RuledAlert = Pick<Match, 'rule' | 'class' | 'severity' | 'subject' | 'triage'>;

export interface AskedTree {
  name: string;
  compiled: CompiledTree;
  facts: TriageFacts;
}

/** The tree that the rule names, and what it looks at; null where there is none. */
export function treeFor(
  { triage, containment }: Pick<Policy, 'triage' | 'containment'>,
  format: AlertFormatName,
  { facts }: Alert,
  ruled: RuledAlert,
): AskedTree | null {
  const { rule, class: found, subject, triage: name = '' } = ruled;
  const tree = Object.hasOwn(triage.trees, name) ? triage.trees[name] : undefined;
  const severity = ruled.severity ?? containment.rules[found]?.default_severity;
  if (tree === undefined || severity === undefined) return null;
  const report = { format, rule, class: found, severity, subject };
  return { name, compiled: compileTree(tree), facts: triageFacts(facts, report) };
}

/** What an alert about the subject counts for. */
export function countersOf(
  { name: tree, compiled, facts }: AskedTree,
  subject: Subject,
): TriageCounter[] {
  return countsWith(compiled, facts).flatMap((name) => {
    const count = compiled.tree.counts[name];
    return count === undefined ? [] : (counterOf(tree, name, count, subject) ?? []);
  });
}

/** Null for a subject that is not known: no other is known to be the same. */
function counterOf(
  tree: string,
  name: string,
  { of, by, within: window_ms, many }: TriageCount,
  subject: Subject,
): TriageCounter | null {
  const whose = by.map((field) => subject[field] ?? '');
  if (whose.includes('')) return null;
  const counter = sha256Hex(canonicalJson([tree, name, of, by, whose]));
  return { name, counter, window_ms, many };
}

function reasonOf({ mark, note }: Extract<Ending, { ends: 'logged' }>): string {
  const answers = mark.path.map(({ question, answer }) => `${question} ${answer}`).join(', ');
  return `${mark.level} by ${mark.tree}: ${answers}: ${note}`;
}
