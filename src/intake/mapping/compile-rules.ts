import type { AlertRule, DetectorRules } from '../../domain/detector-rules.ts';
import { Fault } from '../../domain/fault.ts';
import { severitySchema } from '../../domain/primitives.ts';
import type { SubjectField } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import { compileExpression, NoExpression, type Expression } from './expression.ts';

export interface CompiledRule {
  rule: AlertRule;
  when: Expression;
  /** Undefined where the class has it. */
  severity: Severity | Expression | undefined;
  subject: [SubjectField, Expression[]][];
  description: Expression[];
  evidence: [string, Expression][];
  cause: Expression[];
}

/** An expression that cannot be used, by its place in the rules. */
export interface RuleFinding {
  path: PropertyKey[];
  reason: string;
}

const compiled = new WeakMap<DetectorRules, readonly CompiledRule[]>();

/** Once for each set of rules. Fault `invalid_rules` for rules that no policy has been found valid with. */
export function compileRules(rules: DetectorRules): readonly CompiledRule[] {
  const known = compiled.get(rules);
  if (known !== undefined) return known;
  const findings: RuleFinding[] = [];
  const made = rules.rules.map((rule, index) => compileRule(rule, ['rules', index], findings));
  const [first] = findings;
  if (first !== undefined) {
    const place = `${rules.format}, ${first.path.map(String).join('.')}`;
    throw new Fault('invalid_rules', `${place}: ${first.reason}`, { retryable: false });
  }
  compiled.set(rules, made);
  return made;
}

/** Everything that is wrong with the expressions of some rules. */
export function findingsInRules(rules: DetectorRules): RuleFinding[] {
  const findings: RuleFinding[] = [];
  rules.rules.forEach((rule, index) => compileRule(rule, ['rules', index], findings));
  return findings;
}

function compileRule(rule: AlertRule, at: PropertyKey[], findings: RuleFinding[]): CompiledRule {
  const one = (text: string, ...path: PropertyKey[]) => compileAt(text, [...at, ...path], findings);
  const all = (texts: readonly string[], ...path: PropertyKey[]) =>
    texts.map((text, index) => one(text, ...path, index));
  return {
    rule,
    when: one(rule.when, 'when'),
    severity: severityIn(rule, (text) => one(text, 'severity')),
    subject: Object.entries(rule.subject).map(([field, texts]) => [
      field as SubjectField,
      all(texts, 'subject', field),
    ]),
    description: all(rule.description ?? [], 'description'),
    evidence: Object.entries(rule.evidence).map(([name, text]) => [
      name,
      one(text, 'evidence', name),
    ]),
    cause: all(rule.cause, 'cause'),
  };
}

function severityIn(
  { severity }: AlertRule,
  compile: (text: string) => Expression,
): CompiledRule['severity'] {
  return severity === undefined || isSeverity(severity) ? severity : compile(severity);
}

export function isSeverity(value: unknown): value is Severity {
  return severitySchema.safeParse(value).success;
}

const NOTHING: Expression = { evaluate: () => ({ reason: 'it was not compiled' }) };

function compileAt(text: string, path: PropertyKey[], findings: RuleFinding[]): Expression {
  try {
    return compileExpression(text);
  } catch (error) {
    if (!(error instanceof NoExpression)) throw error;
    findings.push({ path, reason: error.message });
    return NOTHING;
  }
}
