import { expect, it, onTestFinished } from 'vitest';
import { createCommands } from '../../../src/adapters/engine/commands.ts';
import { readConfig } from '../../../src/config.ts';
import { clientOn, connectNative } from '../../../src/temporal.ts';
import { scratch } from '../../engine/scratch.ts';
import { SLOWLY, start } from '../../engine/start.ts';
import { quieten } from '../../support/quiet-runtime.ts';

const UNAVAILABLE = { code: 'engine_unavailable', retryable: true };
const ADA = { by: 'ada', claim: '', note: '' };

it(
  'a command is told within two seconds that the engine has gone, also on a worker’s connection',
  SLOWLY,
  async () => {
    quieten();
    const server = await start(scratch());
    const config = readConfig({ TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: 'default' });
    const connection = await connectNative(config);
    onTestFinished(() => connection.close());
    const client = clientOn(connection, config);
    await server.stop();

    const sentAtMs = performance.now();
    const sent = createCommands(client).send('INC-1', 'acknowledge', ADA, 'request-1');
    await expect(sent).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - sentAtMs).toBeLessThan(2_000);
  },
);
