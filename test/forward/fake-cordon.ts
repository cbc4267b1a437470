import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  /** As it came. */
  body: Buffer;
  /** Uncompressed. */
  lines: string[];
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An HTTP server that answers as it is told, and keeps what it took with 2xx apart from what it was sent. */
export interface FakeCordon {
  url: string;
  sent: Got[];
  /** The lines of all that was answered 2xx, in order. */
  taken(): string[];
}

/** `'never'`: the connection is cut. */
export async function fakeCordon(
  answer: (got: Got, attempt: number) => Reply | 'never' = () => ({ status: 200 }),
): Promise<FakeCordon> {
  const sent: Got[] = [];
  const accepted: Got[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request).catch(() => null);
    if (body === null) return;
    const { headers, url = '' } = request;
    const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
    const got = { path: url, headers, body, lines: text.split('\n').filter((line) => line !== '') };
    const reply = answer(got, sent.push(got));
    if (reply === 'never') return void request.socket.destroy();
    if (reply.status < 300) accepted.push(got);
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body ?? {}));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sent,
    taken: () => accepted.flatMap(({ lines }) => lines),
  };
}
