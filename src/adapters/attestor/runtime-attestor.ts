import { Fault } from '../../domain/fault.ts';
import type { Endpoint } from '../targets/endpoint.ts';

/** The bare bundle, or the reason why the attestor would not make one. */
export type Refreshed =
  | { bytes: Uint8Array }
  | { reason: 'unconfigured' | 'refused' | 'bad_answer'; detail: string; bytes?: Uint8Array };

/**
 * Has the attestor measure its host now: `POST /api/v1/refresh`. Throws a retryable Fault when it
 * cannot be reached or is out of order: that says nothing about the host.
 */
export async function refresh(
  endpoint: Endpoint,
  nonce: string,
  signal: AbortSignal,
): Promise<Refreshed> {
  const body = { request_nonce: nonce };
  const answer = await endpoint.call({ method: 'POST', path: '/api/v1/refresh', body }, signal);
  if ('failure' in answer) {
    switch (answer.failure) {
      case 'no_token':
        return { reason: 'unconfigured', detail: answer.detail };
      case 'unreadable':
        return { reason: 'bad_answer', detail: answer.detail };
      case 'unreachable':
      case 'timeout':
        throw outOfOrder(`attestor_${answer.failure}`, answer.detail);
    }
  }
  const { status, bytes } = answer;
  if (status === 200) return { bytes };
  const detail = `the attestor answered ${status}`;
  if (status === 401 || status === 403) return { reason: 'refused', detail, bytes };
  if (status >= 500 || status === 429) throw outOfOrder('attestor_failing', detail);
  return { reason: 'bad_answer', detail, bytes };
}

function outOfOrder(code: string, detail: string): Fault {
  return new Fault(code, `no attestation: ${detail}`, { retryable: true });
}
