import { parse } from 'yaml';
import type { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { readSmallFile } from './read-file.ts';

/** A YAML file in its form. Throws `file_unreadable` and `file_invalid`. */
export async function readYaml<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = (await readSmallFile(path)).toString('utf8');
  const parsed = schema.safeParse(valueOf(path, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(path, `${issue?.path.join('.')}: ${issue?.message}`);
}

function valueOf(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch {
    throw invalid(path, 'it is not readable YAML');
  }
}

function invalid(path: string, why: string): Fault {
  return new Fault('file_invalid', `${path} has not the form of its kind: ${why}`, {
    retryable: false,
  });
}
