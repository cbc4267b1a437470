import type { CelInput } from '@bufbuild/cel';
import type { Alert, Json } from '../../domain/alert.ts';
import type { DetectorRules } from '../../domain/detector-rules.ts';
import type { Subject } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import { MOST_STEPS_OF_ALERT, type Budget } from './budget.ts';
import { compileRules, isSeverity, type CompiledRule } from './compile-rules.ts';
import type { Expression } from './expression.ts';
import { factsOf } from './facts.ts';
import { fit } from './fit.ts';
import { evidenceOf, textOf, wordOf } from './value.ts';

/** What decides what becomes of an alert, and a way to learn what else the report says. */
export interface Match {
  /** The name of the rule that matched. */
  rule: string;
  class: string;
  /** The tree that decides the class instead; absent where the rule names none. */
  triage?: string;
  /** Absent where the default of the class is meant. */
  severity?: Severity;
  subject: Subject;
  /** In the order of the rule; '' for what the alert does not say. */
  cause: string[];
  fan_in: boolean;
  tells(): { description: string; evidence: Record<string, Json> };
}

/** The bounds of `reportSchema`, in UTF-16 code units. */
const MOST = { host: 253, subject: 256, description: 4_096 };

/** More of it would tell no two causes apart that people would. */
const MOST_CAUSE = 1_024;

/** The first rule that is about an alert, and what it makes of it; null where none is. Never throws for any alert. */
export function matchAlert(rules: DetectorRules, alert: Alert): Match | null {
  const facts = factsOf(alert.facts);
  const budget = { left: MOST_STEPS_OF_ALERT };
  const decisive = compileRules(rules).find(({ when }) => {
    const outcome = when.evaluate(facts, budget);
    return 'value' in outcome && outcome.value === true;
  });
  return decisive === undefined ? null : matchOf(decisive, alert, facts);
}

/** With a budget of its own: what the rules before it have cost takes nothing away from it. */
export function matchOf(compiled: CompiledRule, alert: Alert, facts: CelInput): Match {
  const { rule } = compiled;
  const budget = { left: MOST_STEPS_OF_ALERT };
  const first = (expressions: readonly Expression[], most: number) =>
    firstWord(expressions, facts, budget, most);
  const severity = severityOf(compiled.severity, facts, budget);
  return {
    rule: rule.name,
    class: rule.class,
    ...(rule.triage === undefined ? {} : { triage: rule.triage }),
    ...(severity === undefined ? {} : { severity }),
    subject: subjectOf(compiled, first),
    cause: compiled.cause.map((expression) => {
      const outcome = expression.evaluate(facts, budget);
      return 'value' in outcome ? textOf(outcome.value, MOST_CAUSE) : '';
    }),
    fan_in: rule.fan_in,
    tells: () => {
      const description = first(compiled.description, MOST.description);
      return {
        description: description || fit(alert.title, MOST.description) || rule.name,
        evidence: evidenceIn(compiled, facts, budget),
      };
    },
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
