import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { runLoad, type LoadOrder } from '../load.ts';
import type { Life } from '../life.ts';
import { createFloorActivities } from './activities.ts';

const TASK_QUEUE = 'floor';

/** About what Cordon's own workflow input weighs. */
const PADDING = 'x'.repeat(1_800);

/** One process with client and worker, like `cordon up`; does the loads that it is sent, and answers with figures. */
async function main(address: string, namespace: string): Promise<void> {
  Runtime.install({
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
  const connection = await NativeConnection.connect({
    address,
    grpcCompression: { codec: 'none' },
  });
  const contained = new Map<string, (atMs: number) => void>();
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    activities: createFloorActivities((id, atMs) => contained.get(id)?.(atMs)),
    maxCachedWorkflows: 300,
  });
  const running = worker.run();
  const client = new Client({ connection, namespace });
  let count = 0;

  const live: Life = async () => {
    count += 1;
    const id = `floor-${process.pid}-${count}`;
    const startedMs = Date.now();
    const containing = new Promise<number>((resolve) => contained.set(id, resolve));
    const handle = await client.workflow.start('floor', {
      workflowId: id,
      taskQueue: TASK_QUEUE,
      args: [{ id, padding: PADDING }],
      requestEagerStart: true,
    });
    const answeredMs = Date.now() - startedMs;
    const containedMs = (await containing) - startedMs;
    contained.delete(id);
    const askedMs = performance.now();
    await handle.executeUpdate('ack');
    const ackMs = performance.now() - askedMs;
    await handle.executeUpdate('reattest');
    await handle.executeUpdate('resolve');
    await handle.result();
    return { answeredMs, containedMs, ackMs };
  };

  process.on('message', (order: LoadOrder | 'stop') => {
    if (order === 'stop') worker.shutdown();
    else void runLoad(order, live).then((figures) => process.send?.(figures));
  });
  process.send?.('ready');
  await running;
  await connection.close();
  process.disconnect();
}

const [address = '', namespace = ''] = process.argv.slice(2);
await main(address, namespace);
