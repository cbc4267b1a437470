import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownPorts } from '../support/own-ports.ts';
import { callRange, setRangeFault, setRangeState } from '../../src/range/client.ts';
import { rangeSocket, startRange } from '../../src/range/range.ts';
import { tokenFile } from '../../src/range/secrets.ts';
import { RANGE_NAMES, type RangeName } from '../../src/range/service.ts';
import { startPractice, type Practice } from './practice.ts';

let practice: Practice;
beforeEach(async () => {
  practice = await startPractice();
});
afterEach(() => practice.stop());

const call = (name: RangeName, route: string, body?: object) => {
  const [method, path = ''] = route.split(' ');
  return callRange(practice.home, name, method === 'GET' ? 'GET' : 'POST', path, body);
};
const statusOf = async (name: RangeName, route: string, body?: object) =>
  (await call(name, route, body)).status;

describe('the services', () => {
  it('refuse tasks of a frozen agent and take those of others', async () => {
    const subject = { host: 'web-1', agent: 'planner' };
    expect(await statusOf('agent', 'POST /api/v1/tasks', subject)).toBe(202);
    await call('agent', 'POST /api/v1/freeze', { subject });
    expect(await statusOf('agent', 'POST /api/v1/tasks', subject)).toBe(409);
    expect(await statusOf('agent', 'POST /api/v1/tasks', { host: 'web-2' })).toBe(202);
  });

  it.each([{}, { host: 'web-1' }, { agent: 'planner' }])(
    'refuse the tasks of every agent that %j names',
    async (subject) => {
      await call('agent', 'POST /api/v1/freeze', { subject });
      const task = { host: 'web-1', agent: 'planner' };
      expect(await statusOf('agent', 'POST /api/v1/tasks', task)).toBe(409);
      expect((await call('agent', 'GET /api/v1/status')).body['frozen']).toBe(true);
    },
  );

  it('refuse requests to the outside while the airlock is disabled', async () => {
    expect(await statusOf('airlock', 'POST /api/v1/egress')).toBe(200);
    await call('airlock', 'POST /api/v1/disable', {});
    expect(await statusOf('airlock', 'POST /api/v1/egress')).toBe(403);
  });

  it('refuse secrets while the vault is locked, until a person unlocks it', async () => {
    await call('vault', 'POST /api/v1/vault/relock', {});
    expect(await statusOf('vault', 'GET /api/v1/vault/secret')).toBe(423);
    const token = readFileSync(join(practice.home, tokenFile('vault')), 'utf8').trim();
    const unlock = 'POST /api/v1/vault/unlock';
    expect(await statusOf('vault', unlock, { passphrase: token })).toBe(403);
    const file = join(practice.home, 'keys', 'vault-passphrase');
    const passphrase = readFileSync(file, 'utf8').trim();
    expect(await statusOf('vault', unlock, { passphrase })).toBe(200);
    expect(await statusOf('vault', 'GET /api/v1/vault/secret')).toBe(200);
  });

  it('serve every model but the quarantined one', async () => {
    await call('registry', 'POST /api/v1/quarantine', { subject: { model: 'a/b c' } });
    const serve = (model: string) =>
      statusOf('registry', `GET /api/v1/models/serve?model=${encodeURIComponent(model)}`);
    expect(await serve('a/b c')).toBe(403);
    expect(await serve('other')).toBe(200);
    expect((await call('registry', 'GET /api/v1/status')).body['quarantined']).toEqual(['a/b c']);
  });

  it('remember across a restart that the host is not well', async () => {
    await setRangeState(practice.home, 'integrity', 'failed');
    await practice.restart();
    expect((await call('integrity', 'GET /api/v1/state')).body).toEqual({ state: 'failed' });
  });

  it.each(['GET /', 'GET /api/v1/freeze', 'POST /api/v1/status', 'POST /__proto__'])(
    'do not know %s',
    async (route) => expect(await statusOf('agent', route, undefined)).toBe(404),
  );

  it('refuse a body that is not what it should be', async () => {
    const freeze = 'POST /api/v1/freeze';
    expect(await statusOf('agent', freeze, [])).toBe(400);
    expect(await statusOf('agent', freeze, { subject: { host: 7 } })).toBe(400);
    expect(await statusOf('agent', freeze, { pad: 'x'.repeat(65_536) })).toBe(413);
    expect(await statusOf('agent', 'POST /range/faults', { fault: 'on fire' })).toBe(400);
  });
});

describe('a fault', () => {
  it('ends when its count is used up', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'refuse', count: 1 });
    expect(await statusOf('agent', 'GET /api/v1/status')).toBe(401);
    expect(await statusOf('agent', 'GET /api/v1/status')).toBe(200);
  });

  it('can be ended while the service is down', async () => {
    await setRangeFault(practice.home, 'agent', { fault: 'down' });
    const attempt = call('agent', 'GET /api/v1/status');
    await expect(attempt).rejects.toMatchObject({ code: 'range_unreachable' });
    await setRangeFault(practice.home, 'agent', { fault: 'none' });
    expect(await statusOf('agent', 'GET /api/v1/status')).toBe(200);
  });
});

describe('the doors', () => {
  it.each(RANGE_NAMES)('keep the socket and the token of %s to their owner', (name) => {
    for (const path of [rangeSocket(practice.home, name), join(practice.home, tokenFile(name))]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  it('refuse a wrong token with 401, and the attestor with 403', async () => {
    for (const name of ['agent', 'attestor'] as const) {
      writeFileSync(join(practice.home, tokenFile(name)), 'wrong');
    }
    expect(await statusOf('agent', 'GET /api/v1/status')).toBe(401);
    expect(await statusOf('agent', 'POST /range/faults', { fault: 'none' })).toBe(401);
    expect(await statusOf('attestor', 'POST /api/v1/refresh', {})).toBe(403);
  });

  it('show the state to anyone on the port, and take no orders there', async () => {
    const home = mkdtempSync(join(tmpdir(), 'range-'));
    const [attestorPort = 0] = await ownPorts(1);
    const range = await startRange({ home, attestorPort, integrityPort: 0 });
    try {
      const at = `http://127.0.0.1:${attestorPort}`;
      const state = await fetch(`${at}/api/v1/state`);
      expect(await state.json()).toEqual({ state: 'trusted' });
      const token = readFileSync(join(home, tokenFile('attestor')), 'utf8').trim();
      const headers = { authorization: `Bearer ${token}` };
      const order = await fetch(`${at}/range/faults`, { method: 'POST', headers, body: '{}' });
      expect(order.status).toBe(404);
    } finally {
      await range.stop();
      rmSync(home, { recursive: true });
    }
  });
});

describe('starting', () => {
  it('takes over a socket that nobody answers on', async () => {
    const home = mkdtempSync(join(tmpdir(), 'range-'));
    mkdirSync(join(home, 'run'));
    writeFileSync(rangeSocket(home, 'agent'), '');
    const range = await startRange({ home, attestorPort: 0, integrityPort: 0 });
    expect((await callRange(home, 'agent', 'GET', '/api/v1/status')).status).toBe(200);
    await range.stop();
    rmSync(home, { recursive: true });
  });

  it('refuses a second range on the same home and leaves the first alone', async () => {
    const second = startRange({ home: practice.home, attestorPort: 0, integrityPort: 0 });
    await expect(second).rejects.toMatchObject({ code: 'range_already_running' });
    expect(await statusOf('agent', 'GET /api/v1/status')).toBe(200);
  });

  it('refuses a home whose sockets would have too long a path', async () => {
    const home = join(practice.home, 'x'.repeat(100));
    const long = startRange({ home, attestorPort: 0, integrityPort: 0 });
    await expect(long).rejects.toMatchObject({ code: 'socket_path_too_long', retryable: false });
  });

  it('leaves nothing listening when a port is taken', async () => {
    const home = mkdtempSync(join(tmpdir(), 'range-'));
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const start = startRange({ home, attestorPort: port, integrityPort: 0 });
    await expect(start).rejects.toMatchObject({ code: 'range_port_unavailable' });
    const attempt = callRange(home, 'agent', 'GET', '/api/v1/status');
    await expect(attempt).rejects.toMatchObject({ code: 'range_unreachable' });
    taken.close();
    rmSync(home, { recursive: true });
  });
});
