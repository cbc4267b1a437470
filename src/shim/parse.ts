import type { z } from 'zod';
import { refuse } from './refuse.ts';
import type { KnownCode } from './status.ts';

/** Enough to put a request right; a body made of mistakes does not make an endless answer. */
const MOST_ISSUES = 5;

/** The value as its schema reads it; refused with `code` and a sentence that names each place and reason. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, code: KnownCode): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  return refuse(code, parsed.error.issues.slice(0, MOST_ISSUES).map(sentence).join('; '));
}

function sentence({ path, message }: z.core.$ZodIssue): string {
  const place = path.map(String).join('.');
  return place === '' ? message : `${place}: ${message}`;
}
