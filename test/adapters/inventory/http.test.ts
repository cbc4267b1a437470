import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { inventoryService } from '../../../src/adapters/inventory/http.ts';
import { type Respond, startListener } from '../attestor/listener.ts';

const INVENTORY = JSON.stringify({ version: 1, agents: { a: { secrets: ['prod/db'] } } });
const UNAVAILABLE = { code: 'inventory_unavailable', retryable: true };

const answering =
  (status: number, body: string): Respond =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);

/** An inventory that is kept by a service which answers as it is told to; what it was asked is kept. */
async function kept(respond: () => Respond, timeoutMs = 5_000) {
  const asked: IncomingMessage[] = [];
  const origin = await startListener((request, response) => {
    asked.push(request);
    return respond()(request, response);
  });
  const home = mkdtempSync(join(tmpdir(), 'inventory-'));
  writeFileSync(join(home, 'token'), 'token-of-the-inventory\n', { mode: 0o600 });
  const at = { url: `${origin}/v1/inventory`, tokenFile: 'token', caFile: '' };
  const source = inventoryService({ ...at, home, timeoutMs });
  onTestFinished(async () => {
    await source.close();
    rmSync(home, { recursive: true });
  });
  return { source, asked };
}

it('is asked for with its token, and completed by what is not said', async () => {
  const { source, asked } = await kept(() => answering(200, INVENTORY));
  const { agents } = await source.read();
  expect(agents).toEqual({
    a: { secrets: ['prod/db'], state: [], egress: [], consumers: [] },
  });
  expect(asked[0]).toMatchObject({ method: 'GET', url: '/v1/inventory' });
  expect(asked[0]?.headers.authorization).toBe('Bearer token-of-the-inventory');
});

it('is unavailable when it is not answered, whatever was answered before', async () => {
  let respond = answering(200, INVENTORY);
  const { source } = await kept(() => respond, 500);
  await source.read();
  respond = answering(503, '');
  await expect(source.read()).rejects.toMatchObject(UNAVAILABLE);
  respond = (_, response) => response.destroy();
  await expect(source.read()).rejects.toMatchObject(UNAVAILABLE);
  // No answer at all.
  respond = () => undefined;
  await expect(source.read()).rejects.toMatchObject(UNAVAILABLE);
});

it.each([
  ['no JSON', '<html>', 'is not JSON'],
  ['of another form', '{"version":1,"agents":{"a":{"secrets":7}}}', 'agents.a.secrets'],
])('is invalid where the answer is %s', async (_, body, reason) => {
  const { source } = await kept(() => answering(200, body));
  await expect(source.read()).rejects.toMatchObject({
    ...{ code: 'inventory_invalid', retryable: false },
    message: expect.stringContaining(reason),
  });
});

it('is not read on without end', async () => {
  const { source } = await kept(() => answering(200, ' '.repeat(17 * 1024 * 1024)));
  await expect(source.read()).rejects.toMatchObject(UNAVAILABLE);
});
