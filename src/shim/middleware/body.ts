import express, { type Request, type Response } from 'express';
import { NotStrictJson, parseStrictJson } from '../../evidence/strict-json.ts';
import { refuse } from '../refuse.ts';

/** A report describes; bulk evidence has its own way in. Small enough that a flood cannot fill the memory. */
const MOST_BYTES = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The request's JSON. Refuses with `unsupported_media_type`, `body_too_large`, `bad_utf8` and `bad_json`;
 * what is in it is for the route's schema to judge.
 */
export async function readJson(
  request: Request,
  response: Response,
  mostBytes = MOST_BYTES,
): Promise<unknown> {
  if (!isJson(request.get('content-type'))) {
    refuse('unsupported_media_type', 'The body must be sent as Content-Type: application/json');
  }
  await receive(request, response, mostBytes);
  const bytes: unknown = request.body;
  return parse(decode(Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)));
}

function parse(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof NotStrictJson)) throw error;
    return refuse('bad_json', `The body is not acceptable JSON: ${error.message}`);
  }
}

function isJson(contentType = ''): boolean {
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((p) => p.trim()).find((p) => p.startsWith('charset='));
  return (
    mediaType.trim() === 'application/json' &&
    /^charset="?utf-?8"?$/.test(charset ?? 'charset=utf8')
  );
}

function receive(request: Request, response: Response, mostBytes: number): Promise<void> {
  // Not inflated: a compressed body would be bounded only after it was unpacked.
  const readRaw = express.raw({ type: () => true, limit: mostBytes, inflate: false });
  return new Promise((resolve, reject) => {
    readRaw(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(asRefusal(error, mostBytes));
    });
  });
}

/** body-parser marks its errors with a `type`. */
function asRefusal(error: unknown, mostBytes: number): unknown {
  const type = error instanceof Error && 'type' in error ? error.type : '';
  try {
    if (type === 'entity.too.large') {
      refuse('body_too_large', `The body is larger than ${mostBytes / 1024} KiB`);
    }
    if (type === 'encoding.unsupported') {
      refuse('unsupported_media_type', 'The body must be sent without Content-Encoding');
    }
    if (type === 'request.size.invalid' || type === 'request.aborted') {
      refuse('bad_json', 'The body ended before the announced length');
    }
  } catch (refusal) {
    return refusal;
  }
  return error;
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('bad_utf8', 'The body is not UTF-8');
  }
}
