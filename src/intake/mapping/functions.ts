import { celEnv, celError, celFunc, celList, celMethod, CelScalar, listType } from '@bufbuild/cel';
import { isCelList, isCelMap, type CelFunc, type CelList } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isSpent, spend, TOO_MANY } from './budget.ts';
import { searches } from './pattern.ts';

/** Characters that are looked at, and members, in about the time of a step. */
const CHARACTERS_PER_STEP = 500;
const MEMBERS_PER_STEP = 20;

/** Around the list that a macro goes over, and around what decides whether it goes on: no name that can be written. */
export const RANGE = '@range';
export const STEP = '@step';

const { BOOL, DYN, INT, STRING } = CelScalar;
const LIST = listType(DYN);

/** In place of those that take a time out of proportion, or that no budget would stop. */
const OURS: readonly CelFunc[] = [
  celMethod('matches', STRING, [STRING], BOOL, function matches(pattern) {
    return searches(this, pattern, spend);
  }),
  celFunc('size', [STRING], INT, codePoints),
  celMethod('size', STRING, [], INT, function size() {
    return codePoints(this);
  }),
  celMethod('lowerAscii', STRING, [], STRING, function lowerAscii() {
    return this.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }),
  celMethod('upperAscii', STRING, [], STRING, function upperAscii() {
    return this.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function replace(from, to) {
    return replaced(this, from, to, Infinity);
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function replace(from, to, most) {
    return replaced(this, from, to, most < 0n ? Infinity : Number(most));
  }),
  celFunc('_+_', [LIST, LIST], LIST, joined),
  celFunc(RANGE, [DYN], DYN, (range) => range),
  celFunc(STEP, [DYN], DYN, (goesOn) => goesOn),
];

/** All that an expression can call, each paid for from the budget. */
export const FUNCTIONS: readonly CelFunc[] = [
  ...celEnv({ funcs: [...strings, ...OURS] }).funcs,
].map(metered);

function metered(func: CelFunc): CelFunc {
  const call: CelFunc['call'] = (id, target, args) => {
    if (isSpent()) return celError(TOO_MANY, id);
    const result = func.call(id, target, args);
    if (result === undefined) return undefined;
    try {
      spend(stepsFor([target, ...args, result]));
      return result;
    } catch (error) {
      return celError(error, id);
    }
  };
  return Object.create(func, { call: { value: call } }) as CelFunc;
}

function stepsFor(values: readonly unknown[]): number {
  return values.reduce<number>((steps, value) => {
    if (typeof value === 'string') return steps + value.length / CHARACTERS_PER_STEP;
    if (isCelList(value) || isCelMap(value)) return steps + value.size / MEMBERS_PER_STEP;
    return steps;
  }, 1);
}

function codePoints(text: string): bigint {
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1;
  return BigInt(count);
}

function replaced(text: string, from: string, to: string, most: number): string {
  const parts = text.split(from);
  spend(parts.length / MEMBERS_PER_STEP);
  if (parts.length <= most + 1) return parts.join(to);
  const rest = parts.splice(most);
  return [...parts, rest.join(from)].join(to);
}

const flat = new WeakMap<CelList, readonly unknown[]>();

/** A list that is put together member by member, as macros do, stays one list. */
function joined(left: CelList, right: CelList): CelList {
  const members = (flat.get(left) ?? [...left]).concat(flat.get(right) ?? [...right]);
  const list = celList(members as Parameters<typeof celList>[0]);
  flat.set(list, members);
  return list;
}
