import { celEnv, isCelError, parse, plan, type CelInput, type CelResult } from '@bufbuild/cel';
import type { CelValue } from '@bufbuild/cel';
import { within, type Budget } from './budget.ts';
import { FUNCTIONS, RANGE, STEP } from './functions.ts';
import { complaintAbout } from './syntax.ts';
import { membersIn, partsOf, type Expr } from './tree.ts';

/** What an expression came to, or why it came to nothing. */
export type Outcome = { value: CelValue } | { reason: string };

export interface Expression {
  /** Never throws. `facts` as `factsOf` gives them. */
  evaluate(facts: CelInput, budget: Budget): Outcome;
}

/** What is wrong with an expression as it is written. */
export class NoExpression extends Error {
  override name = 'NoExpression';
}

/** Long enough for what stands where and what was expected, short enough for a line. */
const MOST_REASON = 200;

/** All that is written in the rules of a policy, where much is written more than once, and of the one before it. */
const MOST_KEPT = 10_000;

const kept = new Map<string, Expression>();

const environment = celEnv({ funcs: [...FUNCTIONS] });

/** Throws `NoExpression` for what cannot be evaluated, or not in bounds. */
export function compileExpression(text: string): Expression {
  const expression = kept.get(text) ?? compile(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, expression);
  return expression;
}

function compile(text: string): Expression {
  const { evaluate } = compileOver(text, ['alert']);
  return { evaluate: (alert, budget) => evaluate({ alert }, budget) };
}

/** An expression over more than an alert. */
export interface ExpressionOver {
  /** Never throws. `facts` by the names that it was compiled for. */
  evaluate(facts: Record<string, CelInput>, budget: Budget): Outcome;
  /** The members of a name that it speaks of; null where it speaks of the name as a whole. */
  membersOf(name: string): string[] | null;
}

/** Throws `NoExpression` as `compileExpression` does, and for what is none of the names. */
export function compileOver(text: string, names: readonly string[]): ExpressionOver {
  const tree = treeOf(text);
  const complaint = complaintAbout(tree, names);
  if (complaint !== '') throw new NoExpression(complaint);
  const memberLists = new Map(names.map((name) => [name, membersIn(tree, name)]));
  countSteps(tree);
  const planned = plan(environment, tree);
  return {
    evaluate: (facts, budget) =>
      within(budget, () => outcomeOf(withoutTraces(() => planned(facts)))),
    membersOf: (name) => memberLists.get(name) ?? null,
  };
}

function treeOf(text: string): Expr {
  try {
    const { expr } = parse(text);
    if (expr !== undefined) return expr;
  } catch (error) {
    throw new NoExpression(`is no expression: ${said(error)}`);
  }
  throw new NoExpression('is no expression');
}

/** A loop ends where its range or its condition is an error, whatever its step makes of errors. */
function countSteps(tree: Expr): void {
  for (const { part } of partsOf(tree)) countSteps(part);
  if (tree.exprKind.case !== 'comprehensionExpr') return;
  const macro = tree.exprKind.value;
  if (macro.iterRange) macro.iterRange = called(RANGE, macro.iterRange);
  if (macro.loopCondition) macro.loopCondition = called(STEP, macro.loopCondition);
}

function called(name: string, argument: Expr): Expr {
  return {
    $typeName: 'cel.expr.Expr',
    id: argument.id,
    exprKind: {
      case: 'callExpr',
      value: { $typeName: 'cel.expr.Expr.Call', function: name, args: [argument] },
    },
  };
}

/** Every absent member is an error, and most of its cost is the stack that it remembers. */
function withoutTraces(run: () => CelResult): CelResult {
  const usual = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = usual;
  }
}

function outcomeOf(result: CelResult): Outcome {
  return isCelError(result) ? { reason: said(result) } : { value: result };
}

function said(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replaceAll(/\s+/g, ' ').toWellFormed();
  return line.length > MOST_REASON ? `${line.slice(0, MOST_REASON).toWellFormed()}…` : line;
}
