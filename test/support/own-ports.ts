import { freePorts } from '../../src/free-ports.ts';

/** Below the ports that systems give to outgoing connections, as the product's own choice is. */
const FIRST = 20_000;
const LAST = 32_000;

/** More than one file of tests needs, few enough that the workers of a run do not meet. */
const SHARE = 100;
const SHARES = (LAST - FIRST) / SHARE;

/** What they were given for may not listen yet, or is dead at the moment. So many at most, of a share. */
const given = new Set<number>();
const MOST_REMEMBERED = 50;

/**
 * Ports that nobody listens on and that no file running beside this one chooses: each worker of a run has a share of
 * its own, and so none is taken between its choice and its use, or while the part that uses it is dead. Another run on
 * the machine begins elsewhere.
 */
export async function ownPorts(count: number): Promise<number[]> {
  const first = FIRST + ((runId() + workerNumber()) % SHARES) * SHARE;
  const ports: number[] = [];
  while (ports.length < count) {
    const free = await freePorts(count - ports.length, { first, last: first + SHARE });
    const unspoken = free.filter((port) => !given.has(port));
    for (const port of unspoken) given.add(port);
    ports.push(...unspoken);
  }
  for (const port of [...given].slice(0, -MOST_REMEMBERED)) given.delete(port);
  return ports;
}

/** The process of vitest itself, in which projects are set up, and whose children the workers are. */
function runId(): number {
  return workerNumber() === 0 ? process.pid : process.ppid;
}

/** From 1 in a worker, 0 outside of one. */
function workerNumber(): number {
  return Number(process.env['VITEST_POOL_ID'] ?? 0);
}
