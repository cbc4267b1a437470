import { type IncomingMessage, request } from 'node:http';
import type { Forwarded, RangeAnswer } from './service.ts';

/** A quote waits for the TPM behind others; longer than the agent gives one of its tools. */
const TIMEOUT_MS = 10_000;

/** The headers that mean something to whoever asked. */
const KEPT_HEADERS = ['content-type', 'retry-after', 'allow'] as const;

/** Asks the agent of the practice host. 502 where it does not answer. */
export type CallAgent = (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
) => Promise<Forwarded | RangeAnswer>;

export function agentOn(socketPath: string, token: string): CallAgent {
  return (method, path, body) =>
    new Promise((resolve) => {
      const fail = () => resolve({ status: 502, body: { error: 'the agent does not answer' } });
      const headers = { authorization: `Bearer ${token}` };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      // A connection of its own: a kept one may be to an agent that has been restarted since.
      const call = request({ socketPath, agent: false, method, path, headers, signal });
      call.on('error', fail);
      call.on('response', (response) => void forwarded(response).then(resolve, fail));
      call.end(body && JSON.stringify(body));
    });
}

async function forwarded(response: IncomingMessage): Promise<Forwarded> {
  const bytes = Buffer.concat(await response.toArray());
  const headers = KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = response.headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { status: response.statusCode ?? 502, headers: Object.fromEntries(headers), bytes };
}
