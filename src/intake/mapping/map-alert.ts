import type { CelInput } from '@bufbuild/cel';
import type { Alert, Json } from '../../domain/alert.ts';
import type { DetectorRules } from '../../domain/detector-rules.ts';
import type { Subject } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import { MOST_STEPS_OF_ALERT, type Budget } from './budget.ts';
import { compileRules, isSeverity, type CompiledRule } from './compile-rules.ts';
import type { Expression, Outcome } from './expression.ts';
import { factsOf } from './facts.ts';
import { fit } from './fit.ts';
import { evidenceOf, textOf, wordOf } from './value.ts';

/** What a report says of an alert: a valid one, whatever the alert holds. */
export interface Mapping {
  /** The name of the rule that matched. */
  rule: string;
  class: string;
  /** Absent where the default of the class is meant. */
  severity?: Severity;
  subject: Subject;
  description: string;
  evidence: Record<string, Json>;
  /** In the order of the rule; '' for what the alert does not say. */
  cause: string[];
  fan_in: boolean;
}

export interface Consideration {
  rule: string;
  verdict: 'matches' | 'does_not_match' | 'undecided' | 'not_reached';
  reason: string;
}

export interface Explanation {
  mapping: Mapping | null;
  /** Every rule, in their order. */
  considered: Consideration[];
}

/** The bounds of `reportSchema`, in UTF-16 code units. */
const MOST = { host: 253, subject: 256, description: 4_096 };

/** More of it would tell no two causes apart that people would. */
const MOST_CAUSE = 1_024;

/** What an alert becomes by the first rule that is about it; null where none is. Never throws for any alert. */
export function mapAlert(rules: DetectorRules, alert: Alert): Mapping | null {
  return explainAlert(rules, alert).mapping;
}

/** The same, with what became of every rule. */
export function explainAlert(rules: DetectorRules, alert: Alert): Explanation {
  const facts = factsOf(alert.facts);
  const budget = { left: MOST_STEPS_OF_ALERT };
  const considered: Consideration[] = [];
  let decisive: CompiledRule | undefined;
  for (const compiled of compileRules(rules)) {
    const { name } = compiled.rule;
    if (decisive === undefined) {
      const consideration = { rule: name, ...decide(compiled.when.evaluate(facts, budget)) };
      considered.push(consideration);
      if (consideration.verdict === 'matches') decisive = compiled;
    } else {
      const reason = `${decisive.rule.name} has decided`;
      considered.push({ rule: name, verdict: 'not_reached', reason });
    }
  }
  const mapping = decisive === undefined ? null : mappingOf(decisive, alert, facts);
  return { mapping, considered };
}

function decide(outcome: Outcome): Omit<Consideration, 'rule'> {
  if ('reason' in outcome) return { verdict: 'undecided', reason: outcome.reason };
  if (outcome.value === true) return { verdict: 'matches', reason: 'its condition is true' };
  if (outcome.value === false)
    return { verdict: 'does_not_match', reason: 'its condition is false' };
  return { verdict: 'undecided', reason: 'its condition is neither true nor false' };
}

/** With a budget of its own: what the rules before it have cost takes nothing away from it. */
function mappingOf(compiled: CompiledRule, alert: Alert, facts: CelInput): Mapping {
  const { rule } = compiled;
  const budget = { left: MOST_STEPS_OF_ALERT };
  const first = (expressions: readonly Expression[], most: number) =>
    firstWord(expressions, facts, budget, most);
  const severity = severityOf(compiled.severity, facts, budget);
  const description = first(compiled.description, MOST.description);
  return {
    rule: rule.name,
    class: rule.class,
    ...(severity === undefined ? {} : { severity }),
    subject: subjectOf(compiled, first),
    description: description || fit(alert.title, MOST.description) || rule.name,
    evidence: evidenceIn(compiled, facts, budget),
    cause: compiled.cause.map((expression) => {
      const outcome = expression.evaluate(facts, budget);
      return 'value' in outcome ? textOf(outcome.value, MOST_CAUSE) : '';
    }),
    fan_in: rule.fan_in,
  };
}

function firstWord(
  expressions: readonly Expression[],
  facts: CelInput,
  budget: Budget,
  most: number,
): string {
  for (const expression of expressions) {
    const outcome = expression.evaluate(facts, budget);
    const word = 'value' in outcome ? fit(wordOf(outcome.value), most) : '';
    if (word !== '') return word;
  }
  return '';
}

/** As detectors write it, in whatever case. */
function severityOf(
  given: CompiledRule['severity'],
  facts: CelInput,
  budget: Budget,
): Severity | undefined {
  if (given === undefined || typeof given === 'string') return given;
  const outcome = given.evaluate(facts, budget);
  const said = 'value' in outcome ? wordOf(outcome.value).toLowerCase() : '';
  return isSeverity(said) ? said : undefined;
}

function subjectOf(
  { subject }: CompiledRule,
  first: (expressions: readonly Expression[], most: number) => string,
): Subject {
  const said = subject.map(([field, expressions]) => [
    field,
    first(expressions, field === 'host' ? MOST.host : MOST.subject),
  ]);
  return Object.fromEntries(said.filter(([, word]) => word !== ''));
}

function evidenceIn({ evidence }: CompiledRule, facts: CelInput, budget: Budget) {
  return Object.fromEntries(
    evidence.flatMap(([name, expression]): [string, Json][] => {
      const outcome = expression.evaluate(facts, budget);
      return 'value' in outcome ? [[name, evidenceOf(outcome.value)]] : [];
    }),
  );
}
