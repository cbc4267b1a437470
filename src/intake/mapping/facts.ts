import type { CelInput } from '@bufbuild/cel';
import type { Json } from '../../domain/alert.ts';

/**
 * An alert's facts for expressions to look at. As maps, whose members are no other than the sender's: of an object the
 * library asks the constructor, which a sender could name too.
 */
export function factsOf(value: Json): CelInput {
  if (Array.isArray(value)) return value.map(factsOf);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([name, member]) => [name, factsOf(member)]));
}
