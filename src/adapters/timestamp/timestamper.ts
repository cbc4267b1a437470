import { randomBytes, type X509Certificate } from 'node:crypto';
import { Agent } from 'undici';
import { Fault } from '../../domain/fault.ts';
import type { Timestamper } from '../../domain/timestamper.ts';
import { askTsa } from './ask-tsa.ts';
import { timestampNonce, timestampQuery } from './query.ts';
import { readAnswer, type Token } from './token.ts';
import { verifyTimestamp } from './verify-timestamp.ts';

/** A TSA answers in well under a second; a slow one is asked again later. */
export const TSA_TIMEOUT_MS = 15_000;
/** 2^-126 for a nonce that was seen before (RFC 3161, 2.4.1: at least 64 bits). */
const NONCE_BYTES = 16;

export interface TimestamperOptions {
  url: string;
  certificates: readonly X509Certificate[];
  timeoutMs?: number;
}

/** The time-stamping authority at a URL; what it answers is given on only when it verifies. `close` breaks off. */
export function createTimestamper(
  options: TimestamperOptions,
): Timestamper & { close(): Promise<void> } {
  const { url, certificates, timeoutMs = TSA_TIMEOUT_MS } = options;
  const dispatcher = new Agent({ connections: 2 });
  return {
    stamp: async (bytes) => {
      const nonce = timestampNonce(randomBytes(NONCE_BYTES));
      const late = AbortSignal.timeout(timeoutMs);
      const query = timestampQuery(bytes, nonce);
      const { bytes: token } = tokenIn(await askTsa(url, query, dispatcher, late));
      const verdict = verifyTimestamp(token, bytes, certificates, { nonce });
      if (!verdict.valid) throw refused(`${verdict.reason}: ${verdict.detail}`);
      return { token, time_ms: verdict.time_ms, authority: verdict.authority };
    },
    close: () => dispatcher.destroy(),
  };
}

function tokenIn(answer: Uint8Array): Token {
  const read = readAnswer(answer);
  if (read === null) throw refused('malformed: the answer is no time stamp');
  if ('token' in read) return read.token;
  throw new Fault('tsa_rejected', `the TSA refused: ${read.rejected}`, { retryable: true });
}

function refused(why: string): Fault {
  return new Fault('tsa_answer_refused', `what the TSA answered is ${why}`, { retryable: true });
}
