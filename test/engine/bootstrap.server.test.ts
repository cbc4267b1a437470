import { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';
import { bootstrap } from '../../src/engine/bootstrap.ts';
import { scratch } from './scratch.ts';
import { connect, SLOWLY, start } from './start.ts';

describe('bootstrap', SLOWLY, () => {
  it('is harmless twice, by either kind of connection, and at once', async () => {
    const server = await start(scratch());
    const connection = await connect(server);
    const native = await NativeConnection.connect({ address: server.address });
    onTestFinished(() => native.close());
    const options = { namespace: 'incidents', retentionDays: 30 };
    await Promise.all([bootstrap(connection, options), bootstrap(native, options)]);
    await bootstrap(native, options);

    const { config } = await connection.workflowService.describeNamespace({
      namespace: 'incidents',
    });
    expect(config?.workflowExecutionRetentionTtl?.seconds?.toNumber()).toBe(30 * 86_400);
  });

  it('leaves a namespace whose search attributes can be used at once', async () => {
    const server = await start(scratch());
    const connection = await connect(server);
    await bootstrap(connection, { namespace: 'incidents', retentionDays: 30 });
    const client = new Client({ connection, namespace: 'incidents' });
    await client.workflow.start('anything', {
      workflowId: 'first',
      taskQueue: 'none',
      typedSearchAttributes: [
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.class, 'KEYWORD'), value: 'leak' },
        { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.latched, 'BOOL'), value: true },
      ],
    });
    await vi.waitFor(async () => {
      const query = "CordonClass = 'leak' AND CordonLatched = true AND CordonHost IS NULL";
      expect((await client.workflow.count(query)).count).toBe(1);
    }, 10_000);
  });

  it('raises the retention of the default namespace, which the server sets to a day', async () => {
    const server = await start(scratch());
    const connection = await connect(server);
    await bootstrap(connection, { namespace: 'default', retentionDays: 30 });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(config?.workflowExecutionRetentionTtl?.seconds?.toNumber()).toBe(30 * 86_400);
  });

  it('refuses a namespace where one of the names has another kind', async () => {
    const server = await start(scratch());
    const connection = await connect(server);
    await connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { CordonHost: 5 },
    });
    await expect(
      bootstrap(connection, { namespace: 'default', retentionDays: 30 }),
    ).rejects.toMatchObject({
      code: 'engine_bootstrap_failed',
      message: expect.stringContaining('CordonHost'),
    });
  });
});
