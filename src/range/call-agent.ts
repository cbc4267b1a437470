import { type IncomingMessage, request } from 'node:http';
import type { Forwarded, Poured, RangeAnswer } from './service.ts';

/** A quote waits for the TPM behind others; longer than the agent gives one of its tools. */
const TIMEOUT_MS = 10_000;

/** The longest that anything is captured for is shorter. */
const CAPTURE_TIMEOUT_MS = 15 * 60_000;

/** The headers that mean something to whoever asked. */
const KEPT_HEADERS = ['content-type', 'retry-after', 'allow', 'trailer'] as const;

const NO_ANSWER: RangeAnswer = { status: 502, body: { error: 'the agent does not answer' } };

/** The agent of the practice host, as its door asks it. 502 where it does not answer. */
export interface CallAgent {
  (method: 'GET' | 'POST', path: string, body?: object): Promise<Forwarded | RangeAnswer>;
  /** The same for an answer that comes as it is made, with trailers behind it. */
  pour(path: string, body: object): Promise<Poured | RangeAnswer>;
}

export function agentOn(socketPath: string, token: string): CallAgent {
  const ask = (method: string, path: string, timeoutMs: number, body?: object) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const signal = AbortSignal.timeout(timeoutMs);
      // A connection of its own: a kept one may be to an agent that has been restarted since.
      const call = request({ socketPath, agent: false, method, path, headers, signal });
      call.on('error', reject).on('response', resolve);
      call.end(body && JSON.stringify(body));
    });
  const call = (method: 'GET' | 'POST', path: string, body?: object) =>
    ask(method, path, TIMEOUT_MS, body)
      .then(forwarded)
      .catch(() => NO_ANSWER);
  return Object.assign(call, {
    pour: (path: string, body: object) =>
      ask('POST', path, CAPTURE_TIMEOUT_MS, body).then(
        (stream) => ({ ...headOf(stream), stream }),
        () => NO_ANSWER,
      ),
  });
}

async function forwarded(response: IncomingMessage): Promise<Forwarded> {
  return { ...headOf(response), bytes: Buffer.concat(await response.toArray()) };
}

function headOf(response: IncomingMessage): Pick<Forwarded, 'status' | 'headers'> {
  const headers = KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = response.headers[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { status: response.statusCode ?? 502, headers: Object.fromEntries(headers) };
}
