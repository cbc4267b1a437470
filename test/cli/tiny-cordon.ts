import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Installation } from '../../src/cli/installation.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { createTinyLedger, type TinyLedger } from './tiny-ledger.ts';
import { createTinyStory, Refused, type Sabotage } from './tiny-story.ts';

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

export interface TinyCordon extends Pick<Installation, 'url'> {
  ledger: TinyLedger;
  /** Every request, in order. */
  seen: Seen[];
  /** Answer every request like this from now on. */
  answerWith(status: number, body: unknown): void;
  /** Break off every open event stream. */
  dropStreams(): void;
}

/** A server with the API's paths and shapes, real chain, fold, plan and bundle, and no durability at all. */
export async function tinyCordon(sabotage: Sabotage = {}): Promise<TinyCordon> {
  const containmentPath = join(SHIPPED_POLICY, 'incident-containment.yaml');
  const ledger = createTinyLedger();
  const story = createTinyStory(ledger, await loadPolicy({ containmentPath }), sabotage);
  const seen: Seen[] = [];
  const streams = new Set<ServerResponse>();
  let fixed: { status: number; body: unknown } | null = null;

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://tiny');
    const body = await bodyOf(request);
    const { method = '', headers } = request;
    seen.push({ method, path: url.pathname + url.search, headers, body });
    if (fixed !== null) return json(response, fixed.status, fixed.body);
    if (url.pathname === '/api/v1/events')
      return stream(Number(url.searchParams.get('after')), response);
    try {
      const [status, answered, links] = await story.answer(method, url, body);
      if (answered instanceof Uint8Array) response.writeHead(status).end(answered);
      else json(response, status, answered, links);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      json(response, error.status, { error: error.message, code: error.code });
    }
  }
  function stream(after: number, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    streams.add(response);
    const stop = ledger.follow(after, (e) =>
      response.write(`id: ${e.seq}\nevent: ${e.type}\ndata: ${JSON.stringify(e)}\n\n`),
    );
    response.once('close', stop);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    ledger,
    seen,
    answerWith: (status, body) => (fixed = { status, body }),
    dropStreams: () => {
      for (const open of streams) open.destroy();
      streams.clear();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await request.toArray()).map(String).join('');
  return text === '' ? undefined : JSON.parse(text);
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(text);
}
