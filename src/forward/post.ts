import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Batch } from './batch.ts';
import { errorCode } from './error-code.ts';
import { retryAfterMs } from './retry.ts';

/** Cordon answers when the ledger has it; a flood may take the ledger some seconds. */
const ANSWER_WITHIN_MS = 30_000;
/** A receipt has some hundred bytes for each alert. */
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;

/** They are about the token or the address, and not about what was sent. */
const ABOUT_US = [401, 403, 404, 405, 407, 421, 426];
/** Of what the forwarder says itself: its token, or this Cordon, may know the detector's format alone. */
const NOT_THIS_FORMAT = [403, 404, 405];
/** RFC 9110 and RFC 6585: the same request may succeed later. */
const LATER = [408, 425, 429];

export type Verdict =
  | { result: 'accepted'; refused: readonly RefusedPart[] }
  /** `ours`: nobody but who runs the forwarder can do anything about it. `afterMs`: no sooner; null where nobody says. */
  | { result: 'again'; ours: boolean; detail: string; afterMs: number | null }
  | { result: 'refused'; detail: string };

export interface Posting {
  /** Of the installation, without a trailing slash. */
  url: string;
  /** Of the detector, as the API names it. */
  format: string;
  /** The forwarder's name. */
  name: string;
  /** Holds the bearer token; '' for none. Read for every batch: it may be renewed meanwhile. */
  tokenFile: string;
  fetch: typeof fetch;
  now: () => number;
}

export type RefusedPart = z.infer<typeof answerSchema>['refused'][number];

/** As much of a receipt as the forwarder needs: which lines were no alert. */
const answerSchema = z.object({
  refused: z.array(z.object({ index: z.int().nonnegative(), reason: z.string() })),
});
const refusalSchema = z.object({ error: z.string(), code: z.string() });

/** One attempt. What the other side does is a verdict; never rejects. */
export async function post(posting: Posting, batch: Batch, stopped: AbortSignal): Promise<Verdict> {
  const token = await tokenIn(posting.tokenFile);
  if (token === null) return again(true, `no token can be read from ${posting.tokenFile}`);
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  try {
    const response = await posting.fetch(addressOf(posting, batch), {
      method: 'POST',
      // A token must not follow a redirect to wherever it points.
      redirect: 'manual',
      signal: AbortSignal.any([late, stopped]),
      headers: headersOf(posting, batch, token),
      body: batch.body,
    });
    const text = await textOf(response);
    if (batch.format !== undefined && NOT_THIS_FORMAT.includes(response.status)) {
      // It must not stand in the way of the alerts behind it.
      return { result: 'refused', detail: refusalOf(response.status, text) };
    }
    return verdictOf(response, text, posting.now());
  } catch (error) {
    return again(false, late.aborted ? `no answer within ${ANSWER_WITHIN_MS} ms` : absence(error));
  }
}

function addressOf({ url, format }: Posting, batch: Batch): string {
  return `${url}/api/v1/alerts/${batch.format ?? format}`;
}

function headersOf({ name }: Posting, batch: Batch, token: string): Record<string, string> {
  return {
    ...batch.headers,
    ...(token !== '' && { authorization: `Bearer ${token}` }),
    // For whoever looks into it; what was delivered already is known by its bytes.
    'x-cordon-forwarder': name,
    'x-cordon-position': `${batch.first}-${batch.last}`,
  };
}

function verdictOf(response: Response, text: string, nowMs: number): Verdict {
  const { status, ok } = response;
  if (ok) return { result: 'accepted', refused: parsed(answerSchema, text)?.refused ?? [] };
  const detail = refusalOf(status, text);
  if (status < 400) return again(true, `${detail}: redirects are not followed`);
  if (ABOUT_US.includes(status)) return again(true, detail);
  if (status < 500 && !LATER.includes(status)) return { result: 'refused', detail };
  const afterMs = retryAfterMs(response.headers.get('retry-after'), nowMs);
  return { result: 'again', ours: false, detail, afterMs };
}

function refusalOf(status: number, text: string): string {
  const refusal = parsed(refusalSchema, text);
  return `answered ${status}${refusal ? `: ${refusal.error} [${refusal.code}]` : ''}`;
}

/** The beginning of a longer one is none that can be read, and that is no harm. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of response.body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    if (text.length > MOST_ANSWER_BYTES) break;
  }
  return text;
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Null where there is none to be read. A header takes visible ASCII only. */
async function tokenIn(path: string): Promise<string | null> {
  if (path === '') return '';
  const token = await readFile(path, 'utf8').catch(() => '');
  return /^[\x21-\x7e]+$/.test(token.trim()) ? token.trim() : null;
}

function again(ours: boolean, detail: string): Verdict {
  return { result: 'again', ours, detail, afterMs: null };
}

function absence(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = errorCode(cause) || errorCode(error);
  return `cannot be reached${code === '' ? '' : ` (${code})`}`;
}
