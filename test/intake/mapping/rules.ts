import type { Alert, JsonObject } from '../../../src/domain/alert.ts';
import { detectorRulesSchema, type DetectorRules } from '../../../src/domain/detector-rules.ts';

/** Rules as a file has them: each with a name and a class, unless it says otherwise. */
export function rulesOf(...rules: Record<string, unknown>[]): DetectorRules {
  const named = rules.map((rule, index) => ({
    name: `rule_${index}`,
    class: 'unauthorized_access',
    when: 'true',
    ...rule,
  }));
  return detectorRulesSchema.parse({ version: 1, format: 'falco', rules: named });
}

export function alertOf(facts: JsonObject, title = 'A shell was started'): Alert {
  return {
    kind: 'finding',
    identity: ['one'],
    occurred_at: '2026-03-14T12:00:00.000Z',
    title,
    facts,
  };
}
