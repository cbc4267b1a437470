import type { Expectations } from '../../domain/targets.ts';

/** What an effect is about: what members of lists are compared with. */
interface About {
  subject: Record<string, string>;
  incident_id: string;
}
type Expectation = Expectations[string];

/** What a status document says of an effect: `met` says what it says, `unmet` and `absent` are dotted paths. */
export interface Comparison {
  met: string[];
  unmet: string[];
  /** The document does not say: neither in force nor gone. */
  absent: string[];
}

/** Compares a target's status document with what the policy expects of it. */
export function compare(document: unknown, expectations: Expectations, about: About): Comparison {
  const comparison: Comparison = { met: [], unmet: [], absent: [] };
  for (const [path, expected] of Object.entries(expectations)) {
    const verdict = judge(valueAt(document, path), expected, about);
    comparison[verdict].push(verdict === 'met' ? stated(path, expected) : path);
  }
  return comparison;
}

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** What the document has at a dotted path; undefined where it has nothing there. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function judge(value: unknown, expected: Expectation, about: About): keyof Comparison {
  if (value === undefined) return 'absent';
  if (typeof expected !== 'object' || expected === null)
    return value === expected ? 'met' : 'unmet';
  if (!Array.isArray(value)) return 'absent';
  const [member, wanted] =
    'includes' in expected ? [expected.includes, true] : [expected.excludes, false];
  return value.includes(resolve(member, about)) === wanted ? 'met' : 'unmet';
}

function stated(path: string, expected: Expectation): string {
  const isScalar = typeof expected !== 'object' || expected === null;
  return isScalar ? `${path} is ${String(expected)}` : path;
}

type Member = Extract<Expectation, { includes: unknown }>['includes'];

function resolve(member: Member, { subject, incident_id }: About): unknown {
  if (typeof member !== 'object' || member === null) return member;
  if ('incident' in member) return incident_id;
  return subject[member.subject] ?? member.otherwise;
}
