import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { type Containing, containing } from '../../support/containing.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { type Dialled, type NetHost, startNetHost } from '../../support/net-host.ts';
import { runVictim } from '../../support/victims.ts';

let allowed: TestCgroup;
let door: HostDoor;
let host: NetHost;
let isolation: Containing;
beforeEach(async () => {
  allowed = makeCgroup();
  door = await openHostDoor([allowed.path]);
  host = await startNetHost(allowed.below('own'));
  isolation = containing(door, { kind: 'process', pid: host.pid }, 'isolate_network');
});
afterEach(async () => {
  await host.remove();
  await door.close();
  await allowed.remove();
});

async function established(): Promise<Dialled> {
  const dialled = await host.dial();
  if (dialled === null) throw new Error('nobody answers');
  onTestFinished(() => dialled.close());
  return dialled;
}

const inside = (...args: string[]) =>
  execFileSync('nsenter', [`--net=/proc/${host.pid}/ns/net`, ...args], { encoding: 'utf8' });

const ISOLATED = { schema: 'host-contain/1', step: 'isolate_network', in_force: true };

it('cuts what is established, lets nothing new in, and gives both back when it is released', async () => {
  const before = await established();
  expect(await before.echoes()).toBe(true);
  expect(await isolation.state()).toMatchObject([200, { in_force: false }]);
  for (let again = 0; again < 2; again += 1) {
    const reading = { namespaces: [{ holds: true, dropped: expect.any(Number) }] };
    const answer = { ...ISOLATED, method: 'nftables', after: reading };
    expect(await isolation.apply()).toMatchObject([200, answer]);
  }
  expect(await before.echoes()).toBe(false);
  expect(await host.dial()).toBeNull();
  const [, { after }] = await isolation.state();
  expect(after).toMatchObject({ namespaces: [{ holds: true }] });
  expect(after).not.toMatchObject({ namespaces: [{ dropped: 0 }] });
  for (let again = 0; again < 2; again += 1) {
    expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
  }
  expect(inside('nft', 'list', 'ruleset')).toBe('');
  expect(await (await established()).echoes()).toBe(true);
});

it('leaves the networks that are allowed, and only those', async () => {
  const before = await established();
  expect(await isolation.apply({ allow: ['203.0.113.0/30', '2001:db8::/32'] })).toMatchObject([
    200,
    ISOLATED,
  ]);
  expect(await before.echoes()).toBe(true);
  expect(await isolation.apply()).toMatchObject([200, ISOLATED]);
  expect(await before.echoes()).toBe(false);
});

it('is ended by the kernel when its time is up, and begins anew when it is applied again', async () => {
  // Longer than it takes to measure it on a busy machine.
  expect(await isolation.apply({ timeout_s: 3 })).toMatchObject([200, ISOLATED]);
  await expect
    .poll(async () => (await isolation.state())[1]['in_force'], { timeout: 10_000 })
    .toBe(false);
  const after = await established();
  expect(await after.echoes()).toBe(true);
  expect(await isolation.apply({ timeout_s: 600 })).toMatchObject([200, ISOLATED]);
  expect(await after.echoes()).toBe(false);
});

it('is seen not to be in force where its rules were changed', async () => {
  await isolation.apply();
  const table = /table inet (cordon_\w+)/.exec(inside('nft', 'list', 'ruleset'))?.[1] ?? '';
  inside('nft', 'insert', 'rule', 'inet', table, 'output', 'accept');
  expect(await isolation.state()).toMatchObject([200, { in_force: false }]);
  expect(await isolation.apply()).toMatchObject([200, ISOLATED]);
  inside('nft', 'delete', 'table', 'inet', table);
  expect(await isolation.state()).toMatchObject([200, { in_force: false }]);
});

it('holds while the subject is frozen, and is nothing to be undone when it is dead', async () => {
  await door.act('freeze', { kind: 'process', pid: host.pid });
  expect(await isolation.apply()).toMatchObject([200, ISOLATED]);
  await containing(door, { kind: 'process', pid: host.pid }, 'kill').apply();
  expect(await isolation.state()).toMatchObject([
    200,
    { ...ISOLATED, detail: 'no process of it is left' },
  ]);
  for (let again = 0; again < 2; again += 1) {
    expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
  }
});

it('is taken over by another incident, and released once', async () => {
  await isolation.apply();
  const other = containing(
    door,
    { kind: 'process', pid: host.pid },
    'isolate_network',
    'INC-2/step',
  );
  expect(await other.apply()).toMatchObject([200, ISOLATED]);
  expect(await other.release()).toMatchObject([200, { in_force: false }]);
  expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
});

it('never touches the network of the host', async () => {
  const { pid } = await runVictim('exec sleep 600', { cgroup: allowed.below('on-host') });
  const shared = containing(door, { kind: 'process', pid }, 'isolate_network');
  const refused = [422, { code: 'subject_shares_host_network' }];
  expect(await shared.apply()).toMatchObject(refused);
  expect(await shared.state()).toMatchObject([200, { in_force: false }]);
  expect(execFileSync('nft', ['list', 'ruleset'], { encoding: 'utf8' })).not.toContain('cordon_');
});

it.each([
  ['all addresses', ['0.0.0.0/0']],
  ['no network', ['203.0.113.1']],
])('is refused with %s to be allowed', async (_, allow) => {
  expect(await isolation.apply({ allow })).toMatchObject([400, { code: 'invalid_request' }]);
});

it('leaves no namespace of ours behind', async () => {
  await isolation.apply();
  await isolation.state();
  const open = readdirSync('/proc/self/fd').map((fd) => linkOf(fd));
  expect(open.filter((link) => link.startsWith('net:'))).toEqual([]);
});

/** '' where it is closed by now, as that of reading the directory is. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
