import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { type Answer, problem } from './answer.ts';

/** The body as its schema has it, or the refusal: `body_too_large`, `invalid_request`. */
export async function readBody<T>(
  request: IncomingMessage,
  schema: z.ZodType<T>,
  mostBytes: number,
): Promise<{ body: T } | { refusal: Answer }> {
  const text = await textOf(request, mostBytes);
  if (text === null) {
    const refusal = problem(413, 'body_too_large', `a body has at most ${mostBytes} bytes`, {
      // What is left of it is not read.
      connection: 'close',
    });
    return { refusal };
  }
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return { body: parsed.data };
  const [issue] = parsed.error.issues;
  const message = `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}`;
  return { refusal: problem(400, 'invalid_request', message) };
}

async function textOf(request: IncomingMessage, mostBytes: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when left early: the refusal has yet to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > mostBytes) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
