import { randomUUID } from 'node:crypto';
import { readConfig } from '../../src/config.ts';
import { layFoundation } from '../../src/foundation.ts';
import { createLog } from '../../src/log.ts';
import { startServer } from '../../src/server.ts';
import { clientOn, connectLazily } from '../../src/temporal.ts';
import { keepBusy } from '../load.ts';
import type { FloorAsked } from './site.ts';

/** `cordon server` without an engine; measures the floor in its own ledger when it is asked to. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const foundation = await layFoundation(config, createLog(config.LOG_LEVEL, 'bench'));
  await foundation.policy.reload('bench');
  const client = clientOn(connectLazily(config), config);
  const server = await startServer(foundation, client, { eager: false });

  /** The bare commit: one entry that nothing is projected from, a second. */
  const floor = async ({ senders, seconds }: FloorAsked) => {
    let committed = 0;
    await keepBusy(senders, performance.now() + seconds * 1_000, async () => {
      const at = new Date().toISOString();
      const note = { key: `bench/${randomUUID()}`, at, actor: 'bench', type: 'bench', body: {} };
      await foundation.ledger.log.note(note);
      committed += 1;
    });
    return committed / seconds;
  };

  process.on('message', (asked: FloorAsked | 'stop') => {
    if (asked === 'stop') void stop();
    else void floor(asked).then((perSecond) => process.send?.(perSecond));
  });
  /** What still asks for the engine is not waited for. */
  const stop = async () => {
    await server.stop();
    await foundation.close();
    process.exit();
  };
  process.send?.(server.url);
}

await main();
