import type { Policy } from '../domain/policy.ts';
import type { TriageTree } from '../domain/triage.ts';
import type { PartFinding } from './policy-issues.ts';
import { findingsInTree, nodesOf } from './triage/compile-tree.ts';

/** Expressions of the trees that cannot be used. */
export function brokenTrees(policy: Pick<Policy, 'triage'>): PartFinding[] {
  return inEachTree(policy, findingsInTree);
}

/** Classes and actions that the trees speak of and no other file defines. */
export function unknownInTriage({
  triage,
  containment,
  targets,
}: Pick<Policy, 'triage' | 'containment' | 'targets'>): PartFinding[] {
  return inEachTree({ triage }, ({ root, quarantined_by }) => [
    ...nodesOf(root, ['root']).flatMap(({ node, path }) =>
      !('class' in node) || Object.hasOwn(containment.rules, node.class)
        ? []
        : {
            path: [...path, 'class'],
            reason: `incident-containment.yaml has no rule for ${node.class}`,
          },
    ),
    ...quarantined_by.flatMap((action, index) =>
      Object.hasOwn(targets.actions, action)
        ? []
        : {
            path: ['quarantined_by', index],
            reason: `targets.yaml has no action ${action}`,
          },
    ),
  ]);
}

function inEachTree(
  { triage: { trees } }: Pick<Policy, 'triage'>,
  findings: (tree: TriageTree) => Omit<PartFinding, 'part'>[],
): PartFinding[] {
  return Object.entries(trees).flatMap(([name, tree]) =>
    findings(tree).map(({ path, reason }) => ({
      ...{ part: 'triage' as const, reason },
      path: ['trees', name, ...path],
    })),
  );
}
