import { parsePolicy } from './policy-parse.ts';
import { rulesWithout, standingsOf, type PlaybookStanding } from './policy-playbooks.ts';
import type { PolicySource } from './policy-source.ts';

/** Every playbook of a policy, in force or not. Throws `PolicyError` for a policy that is not valid. */
export function playbookStandings(source: PolicySource): PlaybookStanding[] {
  const policy = parsePolicy(source);
  const rules = rulesWithout(policy.playbooks, policy.containment);
  return standingsOf(source, { ...policy, containment: { ...policy.containment, rules } });
}
