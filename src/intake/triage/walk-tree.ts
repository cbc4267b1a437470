import type { CelInput } from '@bufbuild/cel';
import type { AlertFormatName, JsonObject } from '../../domain/alert.ts';
import type { Subject } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Cases, TriageLeaf, TriageNode, YesNo } from '../../domain/triage.ts';
import type { TriageState } from '../../domain/triaged-alert.ts';
import { MOST_STEPS_OF_ALERT, type Budget } from '../mapping/budget.ts';
import type { Outcome } from '../mapping/expression.ts';
import { factsOf } from '../mapping/facts.ts';
import { wordOf } from '../mapping/value.ts';
import type { CompiledTree } from './compile-tree.ts';

/** What the rule of an alert makes of it: what a tree sees as `report`. */
export interface Ruled {
  format: AlertFormatName;
  rule: string;
  class: string;
  severity: Severity;
  subject: Subject;
}

/** What a tree looks at of one alert, whatever is known of its subject. */
export interface TriageFacts {
  alert: CelInput;
  report: CelInput;
}

export interface Step {
  question: string;
  answer: string;
  /** Why the question could not be decided; '' where it could. */
  undecided: string;
}

export interface Walk {
  leaf: TriageLeaf;
  path: Step[];
  /** The counts that were asked for on the way and are many. */
  follow: string[];
}

export function triageFacts(alert: JsonObject, { subject, ...ruled }: Ruled): TriageFacts {
  return { alert: factsOf(alert), report: factsOf({ ...ruled, subject: { ...subject } }) };
}

/** The counts of a tree that an alert is one of. */
export function countsWith({ counts }: CompiledTree, { alert, report }: TriageFacts): string[] {
  const budget = { left: MOST_STEPS_OF_ALERT };
  return [...counts].flatMap(([name, { of }]) => {
    const outcome = of.evaluate({ alert, report }, budget);
    return 'value' in outcome && outcome.value === true ? [name] : [];
  });
}

/** From the root to the leaf that the state leads to. Never throws. */
export function walk({ tree, asks }: CompiledTree, facts: TriageFacts, state: TriageState): Walk {
  const many = Object.entries(tree.counts).map(([name, { many: from }]): [string, boolean] => {
    return [name, (state.counts[name] ?? 0) >= from];
  });
  const isMany = new Map(many);
  const known = {
    ...facts,
    subject_state: factsOf({ quarantined: state.quarantined }),
    many: isMany,
  };
  const budget: Budget = { left: MOST_STEPS_OF_ALERT };
  const path: Step[] = [];
  const follow = new Set<string>();
  let node: TriageNode = tree.root;
  while ('question' in node) {
    const asked = asks.get(node);
    const outcome = asked?.ask.evaluate(known, budget) ?? { reason: 'it was not compiled' };
    const { answer, next } = 'yes' in node ? yesOrNo(node, outcome) : caseOf(node, outcome);
    const undecided = 'reason' in outcome ? outcome.reason : '';
    path.push({ question: node.question, answer, undecided });
    asked?.counts.filter((name) => isMany.get(name)).forEach((name) => follow.add(name));
    node = next;
  }
  return { leaf: node, path, follow: [...follow] };
}

interface Answer {
  answer: string;
  next: TriageNode;
}

function yesOrNo({ yes, no }: YesNo, outcome: Outcome): Answer {
  const isTrue = 'value' in outcome && outcome.value === true;
  return isTrue ? { answer: 'yes', next: yes } : { answer: 'no', next: no };
}

function caseOf({ cases, else: otherwise }: Cases, outcome: Outcome): Answer {
  const word = 'value' in outcome ? wordOf(outcome.value) : '';
  const next = Object.hasOwn(cases, word) ? cases[word] : undefined;
  return next === undefined ? { answer: 'else', next: otherwise } : { answer: word, next };
}
