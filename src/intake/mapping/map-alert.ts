import type { Alert, Json } from '../../domain/alert.ts';
import type { DetectorRules } from '../../domain/detector-rules.ts';
import { MOST_STEPS_OF_ALERT } from './budget.ts';
import { compileRules, type CompiledRule } from './compile-rules.ts';
import type { Outcome } from './expression.ts';
import { factsOf } from './facts.ts';
import { matchOf, type Match } from './match-alert.ts';

/** What a report says of an alert: a valid one, whatever the alert holds. */
export interface Mapping extends Omit<Match, 'tells'> {
  description: string;
  evidence: Record<string, Json>;
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
  const mapping = decisive === undefined ? null : told(matchOf(decisive, alert, facts));
  return { mapping, considered };
}

function decide(outcome: Outcome): Omit<Consideration, 'rule'> {
  if ('reason' in outcome) return { verdict: 'undecided', reason: outcome.reason };
  if (outcome.value === true) return { verdict: 'matches', reason: 'its condition is true' };
  if (outcome.value === false)
    return { verdict: 'does_not_match', reason: 'its condition is false' };
  return { verdict: 'undecided', reason: 'its condition is neither true nor false' };
}

function told({ tells, ...matched }: Match): Mapping {
  return { ...matched, ...tells() };
}
