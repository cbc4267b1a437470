import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What stands between a sender and Cordon, which may fail at any moment. */
export interface Relay {
  url: string;
  /** What came, in order, whatever became of it. */
  came: { path: string; headers: IncomingHttpHeaders; body: Buffer }[];
  /** From now on: whether Cordon's answers get back, or are cut off when Cordon has given them. */
  answers: 'pass' | 'are_lost';
  stop(): void;
}

/** Hands on every request as it is. Where nobody takes it, the connection is cut. */
export async function relayTo(url: string, port: number): Promise<Relay> {
  const server = createServer((request, response) => {
    const hand = async () => {
      const { method = '', url: path = '', headers } = request;
      const body = await buffer(request);
      relay.came.push({ path, headers, body });
      const given = Object.entries(headers).filter(([name]) => !BY_THE_HOP.has(name));
      const answered = await fetch(url + path, {
        method,
        headers: given.map(([name, value]): [string, string] => [name, String(value)]),
        body: new Uint8Array(body),
      });
      const said = await answered.text();
      if (relay.answers === 'are_lost') return void request.socket.destroy();
      response.writeHead(answered.status, { 'content-type': 'application/json' }).end(said);
    };
    hand().catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const relay: Relay = {
    ...{ url: `http://127.0.0.1:${port}`, came: [], answers: 'pass' },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return relay;
}

/** RFC 9110, section 7.6.1, and what the length and the address of the next hop are known by. */
const BY_THE_HOP = new Set([
  'connection',
  'transfer-encoding',
  'keep-alive',
  'host',
  'content-length',
]);
