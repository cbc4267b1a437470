import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { describe, expect, it, onTestFinished, vi, inject } from 'vitest';
import { bootstrap } from '../../src/engine/bootstrap.ts';
import type { DevServer } from '../../src/engine/dev-server.ts';
import { lookUpProcess } from '../../src/engine/process-table.ts';
import { ownPorts } from '../support/own-ports.ts';
import { scratch, script } from './scratch.ts';
import { connect, SLOWLY, start } from './start.ts';

/** A process that owns a server. */
const OWNER = fileURLToPath(new URL('owner.ts', import.meta.url));

describe('startDevServer', SLOWLY, () => {
  it('answers, keeps its data in a WAL file, and leaves no process behind', async () => {
    const home = scratch();
    const server = await start(home);
    const ui = await fetch(server.uiUrl);
    expect(await ui.text()).toMatch(/<html/i);
    expect(existsSync(join(home, 'temporal/temporal.db-wal'))).toBe(true);
    const pid = server.pid();
    // A process group of its own: a Ctrl-C in our terminal does not reach it.
    expect(process.kill(-pid, 0)).toBe(true);
    await server.stop();
    expect(await lookUpProcess(pid)).toBeNull();
    expect(existsSync(join(home, 'temporal/server.pid'))).toBe(false);
  });

  it('is back by itself after SIGKILL, with what was in it', async () => {
    const server = await start(scratch());
    const connection = await connect(server);
    await bootstrap(connection, { namespace: 'cordon', retentionDays: 30 });
    const client = new Client({ connection, namespace: 'cordon' });
    await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'none' });

    const killed = server.pid();
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(server.pid()).not.toBe(killed), 30_000);
    expect(await client.workflow.getHandle('kept').describe()).toMatchObject({
      status: { name: 'RUNNING' },
    });
    await server.stop();
    expect(await lookUpProcess(server.pid())).toBeNull();
  });

  it('stops in the middle of a restart without leaving a process', async () => {
    const server = await start(scratch());
    const killed = server.pid();
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(async () => expect(await lookUpProcess(killed)).toBeNull());
    await server.stop();
    expect(await lookUpProcess(server.pid())).toBeNull();
  });

  it('goes on where an earlier run stopped, also when that run left its server behind', async () => {
    const home = scratch();
    // Its owner, which is this process, would start it again beside the second; a real one is gone.
    const served = join(home, 'served');
    const body = `case "$1" in server) [ -e '${served}' ] && exit 1; : > '${served}' ;; esac`;
    const command = script(
      join(home, 'temporal-once'),
      `${body}\nexec '${inject('temporal')}' "$@"`,
    );
    const first = await start(home, { command });
    const record = join(home, 'temporal/server.pid');
    // What the record looks like to a start after the owner was killed and its number is gone.
    writeFileSync(record, JSON.stringify({ pid: first.pid(), owner_pid: 2 ** 22 + 1 }));
    const orphan = first.pid();
    await expect(start(home, { port: portOf(first) })).resolves.toMatchObject({
      address: first.address,
    });
    expect(await lookUpProcess(orphan)).toBeNull();
  });

  it('starts at once after its owner was killed', async () => {
    const home = scratch();
    const [port = 0, uiPort = 0] = await ownPorts(2);
    const owner = spawn(process.execPath, [OWNER, home, String(port), String(uiPort)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    await once(owner.stdout, 'data');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await start(home, { port, uiPort });
  });

  it('refuses a second start on the same home while the first runs', async () => {
    const home = scratch();
    await start(home);
    await expect(start(home)).rejects.toMatchObject({ code: 'engine_home_in_use' });
  });

  it('refuses a taken port and names the variable that moves it', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void stranger.close());
    const address = stranger.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start(scratch(), { port })).rejects.toMatchObject({
      code: 'engine_port_in_use',
      message: expect.stringContaining('TEMPORAL_PORT'),
    });
  });

  it('gives the last words of a server that ends at its start', async () => {
    const home = scratch();
    const body =
      'case "$1" in --version) echo "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)";; ' +
      '*) echo "no such disk" >&2; exit 3;; esac';
    const broken = script(join(home, 'temporal-cli'), body);
    await expect(start(home, { command: broken })).rejects.toMatchObject({
      code: 'engine_not_ready',
      message: expect.stringMatching(/exit code 3.*no such disk/s),
    });
    expect(existsSync(join(home, 'temporal/server.pid'))).toBe(false);
  });

  it('records the server version that made the data file', async () => {
    const home = scratch();
    await start(home);
    const version: unknown = JSON.parse(
      readFileSync(join(home, 'temporal/temporal.db.version'), 'utf8'),
    );
    expect(version).toEqual({ server_version: expect.any(String), complete: true });
  });
});

function portOf(server: DevServer): number {
  return Number(server.address.split(':')[1]);
}
