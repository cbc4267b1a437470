import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { makeCgroup, type TestCgroup } from '../../support/cgroup.ts';
import { eventually } from '../../support/eventually.ts';
import { type HostDoor, openHostDoor, TOKEN } from '../../support/host-door.ts';
import { type Dialled, type NetHost, startNetHost } from '../../support/net-host.ts';
import { callSocket, jsonOf } from '../ports.ts';

/** Of the networks for benchmarks (RFC 2544): no other test has its hosts there. */
const NETWORK = '198.18.7';
/** Of addresses: the attacker's and the next. */
const PAIR = `${NETWORK}.2/31`;
const FOR = { timeout_s: 600 };

let allowed: TestCgroup;
let door: HostDoor;
let attacker: NetHost;
beforeEach(async () => {
  allowed = makeCgroup();
  door = await openHostDoor([allowed.path], { isEdge: true });
  attacker = await startNetHost(allowed.below('own'), NETWORK);
});
afterEach(async () => {
  for (const source of [attacker.inside, PAIR]) await release(source);
  await attacker.remove();
  await door.close();
  await allowed.remove();
});

type Said = Promise<[number, Record<string, unknown>]>;

async function call(route: string, body: object, at = door): Said {
  const reply = await callSocket(at.socket, `POST /api/v1/${route}`, {
    ...{ token: TOKEN, body: JSON.stringify(body) },
  });
  return [reply.status, jsonOf(reply)];
}
const block = (source: string, more: object = FOR) =>
  call('block', { source, effect: 'apply', ...more });
const release = (source: string) => call('block', { source, effect: 'release' });
const stateOf = (source: string) => call('block/state', { source });

async function established(): Promise<Dialled> {
  const dialled = await attacker.dial();
  if (dialled === null) throw new Error('nobody answers');
  onTestFinished(() => dialled.close());
  return dialled;
}

const nft = (...args: string[]) => execFileSync('nft', args, { encoding: 'utf8' });
const tables = () =>
  nft('list', 'tables')
    .split('\n')
    .filter((line) => line.includes('cordon_'));

it('drops what is established and what is new, and lets both through when it is released', async () => {
  const before = await established();
  expect(await before.echoes()).toBe(true);
  expect(await stateOf(attacker.inside)).toMatchObject([200, { in_force: false }]);
  for (let again = 0; again < 2; again += 1) {
    const answer = { schema: 'host-block/1', in_force: true, method: 'nftables' };
    expect(await block(attacker.inside)).toMatchObject([200, answer]);
  }
  expect(await before.echoes()).toBe(false);
  expect(await attacker.dial()).toBeNull();
  const [, { after }] = await stateOf(attacker.inside);
  expect(after).toMatchObject({ listed: true, dropped: expect.any(Number) });
  expect(after).not.toMatchObject({ dropped: 0 });
  const left = tables();
  for (let again = 0; again < 2; again += 1) {
    expect(await release(attacker.inside)).toMatchObject([200, { in_force: false }]);
  }
  expect(tables()).toHaveLength(left.length - 1);
  expect(await (await established()).echoes()).toBe(true);
});

it('has a network and an address in it blocked and released apart', async () => {
  expect(await block(attacker.inside)).toMatchObject([200, { in_force: true }]);
  expect(await block(PAIR)).toMatchObject([200, { in_force: true }]);
  await release(attacker.inside);
  expect(await attacker.dial()).toBeNull();
  await release(PAIR);
  expect(await (await established()).echoes()).toBe(true);
});

it('ends by itself, and takes as long again when it is applied again', async () => {
  await block(attacker.inside, { timeout_s: 1 });
  await block(attacker.inside, { timeout_s: 600 });
  const [, { detail }] = await stateOf(attacker.inside);
  expect(detail).toContain('dropped');
  expect(await block(attacker.inside, { timeout_s: 1 })).toMatchObject([200, { in_force: true }]);
  await eventually(
    () => stateOf(attacker.inside),
    ([, { in_force }]) => in_force === false,
  );
  expect(await (await established()).echoes()).toBe(true);
});

it('is not in force where somebody has meddled with its rules', async () => {
  await block(attacker.inside);
  const [table = ''] = tables().slice(-1);
  spawnSync('nft', ['flush', 'chain', ...table.split(' ').slice(1), 'prerouting']);
  expect(await stateOf(attacker.inside)).toMatchObject([
    200,
    { in_force: false, detail: expect.stringContaining('prerouting') },
  ]);
  expect(await block(attacker.inside)).toMatchObject([200, { in_force: true }]);
});

it('is refused of what must not be cut off, and changes nothing', async () => {
  const never = [`${NETWORK}.0/24`];
  for (const [source, more] of [
    ['127.0.0.1', FOR],
    // The host itself, and a network with the host in it.
    [`${NETWORK}.1`, FOR],
    [`${NETWORK}.0/29`, FOR],
    [attacker.inside, { ...FOR, never }],
  ] as const) {
    expect(await block(source, more)).toMatchObject([403, { code: 'source_is_ours' }]);
  }
  // Without an end, as wide as half the internet, and by a name.
  for (const [source, more] of [
    [attacker.inside, {}],
    ['128.0.0.0/1', FOR],
    ['attacker.example', FOR],
  ] as const) {
    expect(await block(source, more)).toMatchObject([400, { code: 'invalid_request' }]);
  }
  expect(await (await established()).echoes()).toBe(true);
});

it('is refused by an agent that is at no edge', async () => {
  const inner = await openHostDoor([allowed.path]);
  onTestFinished(() => inner.close());
  const order = { source: attacker.inside, effect: 'apply', ...FOR };
  expect(await call('block', order, inner)).toMatchObject([403, { code: 'not_an_edge' }]);
  expect(await (await established()).echoes()).toBe(true);
});
