import type { parse } from '@bufbuild/cel';

/** The syntax tree of an expression: https://github.com/google/cel-spec, `cel.expr.Expr`. */
export type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
type Kind<Case extends string> = Extract<Expr['exprKind'], { case: Case }>['value'];
export type Call = Kind<'callExpr'>;
export type Macro = Kind<'comprehensionExpr'>;

interface Part {
  part: Expr;
  /** Evaluated once for each member that its macro goes over. */
  repeated: boolean;
}

export function partsOf({ exprKind }: Expr): Part[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return once(exprKind.value.operand);
    case 'callExpr':
      return once(receiverOf(exprKind.value), ...exprKind.value.args);
    case 'listExpr':
      return once(...exprKind.value.elements);
    case 'structExpr':
      return once(
        ...exprKind.value.entries.flatMap(({ keyKind: key, value }) =>
          key.case === 'mapKey' ? [key.value, value] : [value],
        ),
      );
    case 'comprehensionExpr':
      return partsOfMacro(exprKind.value);
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return [];
  }
}

/** The members of a name that are selected somewhere; null where the name itself is used for anything else. */
export function membersIn(tree: Expr, name: string): string[] | null {
  const isName = ({ exprKind }: Expr) =>
    exprKind.case === 'identExpr' && exprKind.value.name === name;
  if (isName(tree)) return null;
  const { exprKind } = tree;
  const operand = exprKind.case === 'selectExpr' ? exprKind.value.operand : undefined;
  if (exprKind.case === 'selectExpr' && operand && isName(operand)) return [exprKind.value.field];
  const found = partsOf(tree).map(({ part }) => membersIn(part, name));
  return found.some((members) => members === null)
    ? null
    : found.flatMap((members) => members ?? []);
}

/** As whom a call is made: `strings.quote(x)` is a function of that name, `x.size()` a method. */
export function calledAs({ function: name, target }: Call): { name: string; isMethod: boolean } {
  const namespace = target?.exprKind.case === 'identExpr' && target.exprKind.value.name;
  return namespace === 'strings'
    ? { name: `strings.${name}`, isMethod: false }
    : { name, isMethod: target !== undefined };
}

function receiverOf(call: Call): Expr | undefined {
  return calledAs(call).isMethod ? call.target : undefined;
}

function partsOfMacro({ iterRange, accuInit, loopCondition, loopStep, result }: Macro): Part[] {
  const repeated = [loopCondition, loopStep, result].flatMap((part) => part ?? []);
  return [...once(iterRange, accuInit), ...repeated.map((part) => ({ part, repeated: true }))];
}

function once(...parts: (Expr | undefined)[]): Part[] {
  return parts.flatMap((part) => (part === undefined ? [] : [{ part, repeated: false }]));
}
