import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '@temporalio/client';
import { createCommands } from '../../../src/adapters/engine/commands.ts';
import { createBulkCounter } from '../../../src/adapters/engine/counter.ts';
import { createObserver } from '../../../src/adapters/engine/observer.ts';
import { createStarter } from '../../../src/adapters/engine/starter.ts';
import { readConfig } from '../../../src/config.ts';
import { clientOn, connectLazily } from '../../../src/temporal.ts';
import { ownPorts } from '../../support/own-ports.ts';
import { admission } from '../../support/admissions.ts';

const UNAVAILABLE = { code: 'engine_unavailable', retryable: true };
const ADA = { by: 'ada', claim: '', note: '' };

let client: Client;
let close: () => Promise<void>;
beforeAll(async () => {
  const [port] = await ownPorts(1);
  const config = readConfig({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  const connection = connectLazily(config);
  client = clientOn(connection, config);
  close = () => connection.close();
});
afterAll(() => close());

describe('where no engine listens', () => {
  it('a command is told so within two seconds', async () => {
    const sentAtMs = performance.now();
    const sent = createCommands(client).send('INC-1', 'acknowledge', ADA, 'request-1');
    await expect(sent).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - sentAtMs).toBeLessThan(2_000);
  });

  it('a start fails in a way that is tried again', async () => {
    const { input } = admission(1);
    const starting = createStarter(client, { eager: false })({ input, severity: 'high' });
    await expect(starting).rejects.toMatchObject(UNAVAILABLE);
  });

  it('an observation cannot be told, and is to be told again', async () => {
    const observing = createObserver(client)('INC-1', { key: 'alert/1' });
    await expect(observing).rejects.toMatchObject(UNAVAILABLE);
    const occurrence = { incident_id: 'INC-1', at_ms: 0, threshold: 1, window_ms: 1 };
    const counting = createBulkCounter(client)('prompt_injection', [occurrence]);
    await expect(counting).rejects.toMatchObject(UNAVAILABLE);
  });
});
