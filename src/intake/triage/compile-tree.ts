import { Fault } from '../../domain/fault.ts';
import type { TriageCount, TriageNode, TriageTree } from '../../domain/triage.ts';
import { compileOver, NoExpression, type ExpressionOver } from '../mapping/expression.ts';
import type { RuleFinding } from '../mapping/compile-rules.ts';

export interface CompiledTree {
  tree: TriageTree;
  counts: ReadonlyMap<string, CompiledCount>;
  /** By the question's node. */
  asks: ReadonlyMap<TriageNode, CompiledAsk>;
}

export interface CompiledCount {
  count: TriageCount;
  of: ExpressionOver;
}

interface CompiledAsk {
  ask: ExpressionOver;
  /** The counts that the answer depends on. */
  counts: readonly string[];
}

/** What decides whether an alert counts, and what a question may look at. */
const OF_A_COUNT = ['alert', 'report'];
const OF_A_QUESTION = [...OF_A_COUNT, 'subject_state', 'many'];

const compiled = new WeakMap<TriageTree, CompiledTree>();

/** Once for each tree. Fault `invalid_tree` for one that no policy has been found valid with. */
export function compileTree(tree: TriageTree): CompiledTree {
  const known = compiled.get(tree);
  if (known !== undefined) return known;
  const { made, findings } = compileAnew(tree);
  const [first] = findings;
  if (first !== undefined) {
    const place = first.path.map(String).join('.');
    throw new Fault('invalid_tree', `${place}: ${first.reason}`, { retryable: false });
  }
  compiled.set(tree, made);
  return made;
}

/** Everything that is wrong with the expressions of a tree, by its place in it. */
export function findingsInTree(tree: TriageTree): RuleFinding[] {
  const { made, findings } = compileAnew(tree);
  if (findings.length === 0) compiled.set(tree, made);
  return findings;
}

function compileAnew(tree: TriageTree): { made: CompiledTree; findings: RuleFinding[] } {
  const findings: RuleFinding[] = [];
  const counts = new Map<string, CompiledCount>();
  for (const [name, count] of Object.entries(tree.counts)) {
    const of = compileAt(count.of, OF_A_COUNT, ['counts', name, 'of'], findings);
    if (of !== null) counts.set(name, { count, of });
  }
  const asks = new Map<TriageNode, CompiledAsk>();
  for (const { node, path } of nodesOf(tree.root, ['root'])) {
    if (!('ask' in node)) continue;
    const at = [...path, 'ask'];
    const ask = compileAt(node.ask, OF_A_QUESTION, at, findings);
    if (ask === null) continue;
    const named = ask.membersOf('many');
    findings.push(...complaints(named, tree).map((reason) => ({ path: at, reason })));
    asks.set(node, { ask, counts: named ?? [] });
  }
  return { made: { tree, counts, asks }, findings };
}

interface Placed {
  node: TriageNode;
  path: PropertyKey[];
}

/** The node and all below it, with their places. */
export function nodesOf(node: TriageNode, path: PropertyKey[]): Placed[] {
  return [{ node, path }, ...below(node).flatMap(([at, next]) => nodesOf(next, [...path, ...at]))];
}

function below(node: TriageNode): [at: string[], next: TriageNode][] {
  if ('yes' in node) {
    return [
      [['yes'], node.yes],
      [['no'], node.no],
    ];
  }
  if (!('cases' in node)) return [];
  const cases = Object.entries(node.cases).map(([name, next]): [string[], TriageNode] => {
    return [['cases', name], next];
  });
  return [...cases, [['else'], node.else]];
}

/** A count that is only found while the question is asked could not be kept for it before. */
function complaints(named: readonly string[] | null, { counts }: TriageTree): string[] {
  if (named === null) return ['many is asked by the name of a count, like many.denials'];
  const unknown = named.filter((name) => !Object.hasOwn(counts, name));
  return unknown.map((name) => `the tree has no count ${name}`);
}

function compileAt(
  text: string,
  names: readonly string[],
  path: PropertyKey[],
  findings: RuleFinding[],
): ExpressionOver | null {
  try {
    return compileOver(text, names);
  } catch (error) {
    if (!(error instanceof NoExpression)) throw error;
    findings.push({ path, reason: error.message });
    return null;
  }
}
