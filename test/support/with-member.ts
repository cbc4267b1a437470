import type { Json } from '../../src/domain/alert.ts';

/** A copy with the member at a path replaced; given as undefined, it is left out. Names are apart by dots. */
export function withMember(document: Json, path: string, value: Json | undefined): Json {
  const copy = structuredClone(document);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((at, name) => Object(at)[name] as Json, copy) as Record<string, Json>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
