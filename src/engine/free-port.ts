import { createServer } from 'node:net';
import { engineFault } from './engine-fault.ts';
import { LOOPBACK } from './flags.ts';

/**
 * Throws Fault `engine_port_in_use`, naming the variable that moves the port. Whoever listens there already could
 * otherwise be taken for our server.
 */
export async function requireFreePort(port: number, variable: string): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ port, host: LOOPBACK }, resolve);
  }).catch((cause: unknown) => {
    throw engineFault(
      'engine_port_in_use',
      `port ${port} on ${LOOPBACK} is taken; stop what listens there or set ${variable}`,
      cause,
    );
  });
  await new Promise((resolve) => probe.close(resolve));
}
