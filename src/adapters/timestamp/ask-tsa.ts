import { type Dispatcher, request } from 'undici';
import { Fault } from '../../domain/fault.ts';
import { QUERY_MEDIA_TYPE } from './query.ts';

/** An answer has one or two KB of token, and a few more of certificates. */
const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * `POST` of a time-stamp query (RFC 3161, 3.4), and the bytes of the answer. Redirects are not followed. Faults, all
 * retryable: `tsa_unreachable`, `tsa_timeout`, `tsa_http_error`, `tsa_answer_too_large`.
 */
export async function askTsa(
  url: string,
  query: Uint8Array,
  dispatcher: Dispatcher,
  late: AbortSignal,
): Promise<Uint8Array> {
  const headers = { 'content-type': QUERY_MEDIA_TYPE };
  try {
    const response = await request(url, {
      ...{ method: 'POST', headers, body: Buffer.from(query), dispatcher, signal: late },
    });
    const answer = await readWhole(response);
    if (response.statusCode === 200) return answer;
    throw fault('tsa_http_error', `the TSA answered ${response.statusCode}`);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    if (late.aborted) throw fault('tsa_timeout', 'the TSA did not answer in time');
    throw fault('tsa_unreachable', `the TSA cannot be reached${codeOf(cause)}`, cause);
  }
}

async function readWhole({ body }: Dispatcher.ResponseData): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MOST_ANSWER_BYTES) {
      throw fault('tsa_answer_too_large', `the TSA sent more than ${MOST_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
}

function fault(code: string, message: string, cause?: unknown): Fault {
  return new Fault(code, message, { retryable: true, cause });
}
