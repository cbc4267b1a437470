import type { Endpoint } from '../targets/endpoint.ts';
import { asked, type Asked } from './asked.ts';

/**
 * Has the attestor measure its host now: `POST /api/v1/refresh`, which gives the bare bundle, or the reason why the
 * attestor would not make one. Throws as `asked` does.
 */
export async function refresh(
  endpoint: Endpoint,
  nonce: string,
  signal: AbortSignal,
): Promise<Asked> {
  const body = { request_nonce: nonce };
  const call = { method: 'POST', path: '/api/v1/refresh', body } as const;
  return asked('attestor', await endpoint.call(call, signal));
}
