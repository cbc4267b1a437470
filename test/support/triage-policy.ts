import { join } from 'node:path';
import type { Policy } from '../../src/domain/policy.ts';
import type { TriageLeaf } from '../../src/domain/triage.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { nodesOf } from '../../src/intake/triage/compile-tree.ts';

/** The shipped policy, in which every class that a tree names has a rule, and every action that quarantines a target. */
export async function triagePolicy(): Promise<Policy> {
  const policy = await loadPolicy({
    containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
  });
  const { containment, triage, targets } = policy;
  const answer = { auto_contain: true, actions: ['log_alert'], default_severity: 'high' as const };
  const opening = Object.keys(triage.trees).flatMap((tree) => leavesOf(policy, tree));
  const named = opening.flatMap((leaf) => ('class' in leaf ? [[leaf.class, answer] as const] : []));
  const freeze = targets.actions['freeze_agent'];
  if (freeze === undefined || !('scope' in freeze)) throw new TypeError('freeze_agent has a scope');
  const quarantine = { ...freeze, scope: ['extension' as const] };
  return {
    ...policy,
    containment: { version: 1, rules: { ...Object.fromEntries(named), ...containment.rules } },
    targets: { ...targets, actions: { quarantine_extension: quarantine, ...targets.actions } },
  };
}

/** Every leaf of a tree, as often as it stands there. */
export function leavesOf({ triage }: Pick<Policy, 'triage'>, name: string): TriageLeaf[] {
  const tree = triage.trees[name];
  if (tree === undefined) throw new Error(`no tree ${name}`);
  return nodesOf(tree.root, []).flatMap(({ node }) => ('question' in node ? [] : [node]));
}
