import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { engineFault } from './engine-fault.ts';

const ASK_EVERY_MS = 50;
const ANSWER_TIMEOUT_MS = 1_000;

/** The server answers within half a second of its start; the first start on a slow disk also makes its tables. */
const READY_LIMIT_MS = 60_000;

/**
 * Resolves when the server at `address` answers GetSystemInfo, rejects with the signal's reason when that fires first,
 * and with Fault `engine_not_ready` after a minute.
 */
export async function untilReady(address: string, signal: AbortSignal): Promise<void> {
  const connection = Connection.lazy({
    address,
    tls: false,
    // The client library would wait a second after the first refusal, and would send loopback through a proxy.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': ASK_EVERY_MS,
      'grpc.max_reconnect_backoff_ms': ASK_EVERY_MS,
      'grpc.enable_http_proxy': 0,
    },
    interceptors: [],
  });
  try {
    const giveUpAt = performance.now() + READY_LIMIT_MS;
    while (!(await answers(connection))) {
      if (performance.now() > giveUpAt) {
        throw engineFault('engine_not_ready', `the Temporal server at ${address} does not answer`);
      }
      await sleep(ASK_EVERY_MS, undefined, { signal });
    }
  } finally {
    await connection.close();
  }
}

async function answers(connection: Connection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return true;
  } catch {
    return false;
  }
}
