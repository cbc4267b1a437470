import { environmentNames, redactArguments } from './redact.ts';

type Json = string | number | boolean | null | Json[] | { [member: string]: Json };

/**
 * The same document, without the values of environments and without what looks like a secret, in a member of that name
 * as well as in a sentence.
 */
export function redactDocument(value: unknown, name = ''): Json {
  if (Array.isArray(value)) return redactList(value, name);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => [
      key,
      redactDocument(member, key),
    ]);
    return Object.fromEntries(members);
  }
  if (typeof value === 'string') return redactMember(name, value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function redactList(list: readonly unknown[], name: string): Json {
  const isText = list.every((each) => typeof each === 'string');
  if (!isText) return list.map((each) => redactDocument(each, name));
  return name === 'Env' ? environmentNames(list) : redactArguments(list);
}

/** As if it were an assignment, in which the name tells what the value is. */
function redactMember(name: string, value: string): string {
  const [redacted = ''] = redactArguments([`${name}=${value}`]);
  return redacted.slice(name.length + 1);
}
