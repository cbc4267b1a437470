import type { ResultField, ResultFields, TaskResult } from '../domain/result-field.ts';
import { EXIT, Failure } from './exit.ts';

const YES = new Set(['yes', 'true']);
const NO = new Set(['no', 'false']);

/** Pairs of a command line as the result that a task asks for; a list is given a word at a time. */
export function resultOf(
  fields: ResultFields,
  pairs: readonly (readonly [name: string, value: string])[],
): TaskResult {
  const result: TaskResult = {};
  for (const [name, values] of Map.groupBy(pairs, ([key]) => key)) {
    const said = values.map(([, value]) => value);
    const field = Object.entries(fields).find(([known]) => known === name)?.[1];
    // The server says what it is not asked for.
    result[name] = field === undefined ? said : valueOf(name, field, said);
  }
  return result;
}

function valueOf(name: string, field: ResultField, said: readonly string[]): TaskResult[string] {
  if (field.type === 'list') return [...said];
  const [value = '', ...more] = said;
  if (more.length > 0) return wrong(name, 'is given more than once');
  if (field.type === 'count') {
    return /^\d{1,15}$/.test(value) ? Number(value) : wrong(name, 'is a whole number');
  }
  if (field.type === 'yes_no' || field.type === 'confirmed') {
    if (YES.has(value)) return true;
    return NO.has(value) ? false : wrong(name, 'is yes or no');
  }
  return value;
}

function wrong(name: string, message: string): never {
  throw new Failure(EXIT.usage, 'invalid_result', `${name} ${message}`);
}
