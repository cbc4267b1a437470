import { z } from 'zod';
import { quoteAnswerSchema, type QuoteAnswer } from '../domain/host-agent.ts';
import type { CallAgent } from './call-agent.ts';
import { forgedAnswer } from './forge.ts';
import type { Forwarded, RangeAnswer } from './service.ts';
import type { RangeStore } from './store.ts';

/**
 * `nonce`: a quote for another nonce that claims the one that was asked for. `key`: a forged quote of a good host,
 * signed by a key that is not the host's. `replay`: the last honest answer again, byte for byte.
 */
export const tamperSchema = z.enum(['none', 'nonce', 'key', 'replay']);
export type Tamper = z.infer<typeof tamperSchema>;

const QUOTE = '/api/v1/quote';
const ANOTHER_NONCE = '0'.repeat(64);
const JSON_HEADERS = { 'content-type': 'application/json' };

/** What was ordered last; an order outlives the range's process. */
export function tampering(store: RangeStore): Tamper {
  return tamperSchema.catch('none').parse(store.setting('tamper'));
}

/** From now on, quotes are answered like this. */
export function orderTampering(store: RangeStore, how: Tamper): void {
  store.set('tamper', how);
}

/** The agent's answer to a call for a quote, or what somebody on the host made of it. */
export async function quoteThrough(
  agent: CallAgent,
  store: RangeStore,
  asked: Record<string, unknown>,
): Promise<Forwarded | RangeAnswer> {
  const how = tampering(store);
  if (how === 'replay') return replayed(agent, store);
  if (how === 'nonce') {
    const other = await agent('POST', QUOTE, { request_nonce: ANOTHER_NONCE });
    const claim = String(asked['request_nonce']);
    return changed(other, (answer) => ({ ...answer, request_nonce: claim }));
  }
  const honest = await agent('POST', QUOTE, asked);
  if (how === 'key') return changed(honest, forgedAnswer);
  remember(store, honest);
  return honest;
}

/** Where no honest answer was seen yet, one to another nonce is older than any that is asked for. */
async function replayed(agent: CallAgent, store: RangeStore): Promise<Forwarded | RangeAnswer> {
  const seen = store.setting('honest');
  if (seen !== undefined) return { status: 200, headers: JSON_HEADERS, bytes: Buffer.from(seen) };
  const first = await agent('POST', QUOTE, { request_nonce: ANOTHER_NONCE });
  remember(store, first);
  return first;
}

function remember(store: RangeStore, answer: Forwarded | RangeAnswer): void {
  if ('bytes' in answer && answer.status === 200)
    store.set('honest', answer.bytes.toString('utf8'));
}

/** A refusal is passed on as it is. */
function changed(
  given: Forwarded | RangeAnswer,
  change: (answer: QuoteAnswer) => QuoteAnswer,
): Forwarded | RangeAnswer {
  if (!('bytes' in given) || given.status !== 200) return given;
  const answer = quoteAnswerSchema.parse(JSON.parse(given.bytes.toString('utf8')));
  return { status: 200, body: change(answer) };
}
