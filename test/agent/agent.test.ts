import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAgent } from '../../src/agent/agent.ts';
import { callSocket } from './ports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'a-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (
  bind: Parameters<typeof startAgent>[0]['bind'],
  tls?: { cert: Buffer; key: Buffer },
) =>
  startAgent({ bind, handler: (_request, response) => response.end('here'), ...(tls && { tls }) });

describe('an agent', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'agent.example', '127.0.0.1.example'])(
    'does not listen on %s without TLS',
    async (host) => {
      const attempt = start({ host, port: 0 });
      await expect(attempt).rejects.toMatchObject({ code: 'agent_needs_tls' });
    },
  );

  it('listens on loopback', async () => {
    const agent = await start({ host: '127.0.0.1', port: 0 });
    expect(await (await fetch(agent.address)).text()).toBe('here');
    await agent.stop();
    await expect(fetch(agent.address)).rejects.toThrow('fetch failed');
  });

  it('keeps its socket to its owner, and takes over the one of an agent that was killed', async () => {
    const path = join(folder, 's');
    writeFileSync(path, '');
    const agent = await start({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await callSocket(path, 'GET /')).bytes.toString()).toBe('here');
    await agent.stop();
  });

  it('leaves the socket to the agent that is there', async () => {
    const path = join(folder, 's');
    const first = await start({ path });
    await expect(start({ path })).rejects.toMatchObject({ code: 'agent_cannot_listen' });
    expect((await callSocket(path, 'GET /')).status).toBe(200);
    await first.stop();
  });

  it('does not show the key that does not fit', async () => {
    const tls = { cert: Buffer.from('no'), key: Buffer.from('-----BEGIN PRIVATE KEY-----') };
    const attempt = start({ host: '127.0.0.1', port: 0 }, tls);
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'agent_tls_unusable' });
    expect(error).not.toHaveProperty('cause');
  });
});
