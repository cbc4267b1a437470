import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (Linux: 32768 and up; RFC 6335 §6: 49152 and up), so that
 * none of those takes a port between its choice and its use.
 */
const CHOICE = { first: 20_000, last: 32_000 } as const;

/** Ports of this machine's loopback that nobody listens on, `last` excluded; asked for together, so that they differ. */
export async function freePorts(
  count: number,
  { first, last }: { first: number; last: number } = CHOICE,
): Promise<number[]> {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = randomInt(first, last);
    const server = held.has(port) ? null : await listenOn(port);
    if (server !== null) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => once(server.close(), 'close')));
  return [...held.keys()];
}

async function listenOn(port: number): Promise<Server | null> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return null;
  }
}
