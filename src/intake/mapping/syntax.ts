import { FUNCTIONS } from './functions.ts';
import { patternComplaint } from './pattern.ts';
import { calledAs, partsOf, type Call, type Expr } from './tree.ts';

/** Many times what a rule needs; a macro counts for about ten. */
const MOST_PARTS = 1_000;

/** Containers of a pod, mounts of a container. Three lists at once would be a billion members soon. */
const MOST_NESTED = 2;

/** Evaluated by the planner, without a function. */
const OPERATORS: ReadonlySet<string> = new Set([
  '_?_:_',
  '_&&_',
  '_||_',
  '_[_]',
  '@not_strictly_false',
]);

const TYPES = ['bool', 'bytes', 'double', 'int', 'uint', 'list', 'map', 'null_type', 'string'];

interface Scope {
  names: ReadonlySet<string>;
  /** Macros around this place. */
  nested: number;
}

/** What keeps an expression over these names from being evaluated, or from staying in bounds; '' where nothing does. */
export function complaintAbout(expression: Expr, over: readonly string[]): string {
  const names: ReadonlySet<string> = new Set([...over, 'type', ...TYPES]);
  const waiting: [Expr, Scope][] = [[expression, { names, nested: 0 }]];
  for (let count = 1; ; count += 1) {
    const [part, scope] = waiting.pop() ?? [];
    if (part === undefined || scope === undefined) return '';
    if (count > MOST_PARTS) return `has more than ${MOST_PARTS} parts`;
    const complaint = complaintHere(part, scope);
    if (complaint !== '') return complaint;
    const inside = scopeInside(part, scope);
    // The leftmost next, so that the first mistake is the one that is named.
    for (const { part: next, repeated } of partsOf(part).toReversed()) {
      waiting.push([next, repeated ? inside : scope]);
    }
  }
}

function complaintHere({ exprKind }: Expr, { names, nested }: Scope): string {
  switch (exprKind.case) {
    case 'identExpr':
      return names.has(exprKind.value.name)
        ? ''
        : `there is no ${exprKind.value.name}: an alert's members are named like alert.rule`;
    case 'callExpr':
      return callComplaint(exprKind.value);
    case 'structExpr':
      return exprKind.value.messageName === '' ? '' : 'there are no messages to make';
    case 'comprehensionExpr':
      return nested < MOST_NESTED ? '' : `goes over more than ${MOST_NESTED} lists at once`;
    case 'constExpr':
    case 'listExpr':
    case 'selectExpr':
      return '';
    case undefined:
      return 'has an empty part';
  }
}

function callComplaint(call: Call): string {
  if (OPERATORS.has(call.function)) return '';
  const { name, isMethod } = calledAs(call);
  const isKnown = FUNCTIONS.some(
    (func) =>
      func.name === name &&
      (func.target !== undefined) === isMethod &&
      func.arguments.length === call.args.length,
  );
  if (isKnown) return name === 'matches' ? matchesComplaint(call) : '';
  const kind = isMethod ? 'method' : 'function';
  const count = call.args.length;
  return `there is no ${kind} ${name} with ${count} ${count === 1 ? 'argument' : 'arguments'}`;
}

/** A pattern that comes in an alert would be the sender's to choose. */
function matchesComplaint({ args: [pattern] }: Call): string {
  const constant = pattern?.exprKind.case === 'constExpr' ? pattern.exprKind.value : undefined;
  return constant?.constantKind.case === 'stringValue'
    ? patternComplaint(constant.constantKind.value)
    : 'a pattern has to be written out';
}

function scopeInside({ exprKind }: Expr, { names, nested }: Scope): Scope {
  if (exprKind.case !== 'comprehensionExpr') return { names, nested };
  const { iterVar, accuVar } = exprKind.value;
  return { names: new Set([...names, iterVar, accuVar]), nested: nested + 1 };
}
