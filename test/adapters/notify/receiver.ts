import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

interface Delivery {
  headers: Record<string, string>;
  body: string;
}

const typeSchema = z.object({ type: z.string() });

/** What the receiver answers next: a status, or nothing at all. */
type Answer = number | 'hang';

/** A webhook's receiver on a free port, that keeps what it was sent. */
export async function startReceiver() {
  const received: Delivery[] = [];
  const planned: Answer[] = [];
  const receiver = { received, planned, otherwise: 204 as Answer };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: flat(request.headers), body });
      const answer = planned.shift() ?? receiver.otherwise;
      if (answer === 'hang') return;
      response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${address.port}/hook/s3cr3t-path`,
    types: () => received.map(({ body }) => typeSchema.parse(JSON.parse(body)).type),
    ids: () => received.map(({ headers }) => headers['webhook-id']),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}
export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

/** The check that a receiver makes, from the text of Standard Webhooks and from nothing of ours. */
export function isSigned({ headers, body }: Delivery, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return headers['webhook-signature'] === expected;
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
