import type { z } from 'zod';
import type { Response } from '../targets/endpoint.ts';
import { success, type Problem } from '../targets/problem.ts';

/** What the answer says, or why it says nothing; `what` begins the sentence. */
export function jsonAnswer<Schema extends z.ZodType>(
  answer: Parameters<typeof success>[0],
  schema: Schema,
  what: string,
  now: number,
): { said: z.infer<Schema> } | Problem {
  const response = success(answer, what, now);
  if ('reason' in response) return response;
  const parsed = schema.safeParse(parse(response));
  if (parsed.success) return { said: parsed.data };
  return { reason: 'unreadable_state', detail: `${what} made no sense`, retryable: true };
}

function parse({ bytes }: Response): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
