import { freePorts } from '../../src/free-ports.ts';

/** Below the ports that systems give to outgoing connections, as the product's own choice is. */
const FIRST = 20_000;
const LAST = 32_000;

/** More than one file of tests needs, few enough that the workers of a run do not meet. */
const SHARE = 100;
const SHARES = (LAST - FIRST) / SHARE;

/**
 * Ports that nobody listens on and that no file running beside this one chooses: each worker of a run has a share of
 * its own, and so none is taken between its choice and its use, or while the part that uses it is dead. Another run on
 * the machine begins elsewhere.
 */
export function ownPorts(count: number): Promise<number[]> {
  const first = FIRST + ((runId() + workerNumber()) % SHARES) * SHARE;
  return freePorts(count, { first, last: first + SHARE });
}

/** The process of vitest itself, in which projects are set up, and whose children the workers are. */
function runId(): number {
  return workerNumber() === 0 ? process.pid : process.ppid;
}

/** From 1 in a worker, 0 outside of one. */
function workerNumber(): number {
  return Number(process.env['VITEST_POOL_ID'] ?? 0);
}
