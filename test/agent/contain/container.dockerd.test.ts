import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Containing, containing } from '../../support/containing.ts';
import { engine, runContainer, type TestContainer } from '../../support/containers.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';

const { socket: runtimeSocket, cgroup } = inject('dockerd');

const SLEEPER = 'sleep 600 & exec sleep 600';

/** Says so to whoever connects, again and again. */
const GREETER = 'while :; do echo hello | nc -l -p 7007; done';

let stateDirectory: string;
let door: HostDoor;
beforeEach(async () => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'state-'));
  door = await openHostDoor([cgroup], { runtimeSocket, stateDirectory });
});
afterEach(async () => {
  await door.close();
  rmSync(stateDirectory, { recursive: true });
});

async function running(...given: Parameters<typeof runContainer>): Promise<TestContainer> {
  const container = await runContainer(...given);
  onTestFinished(() => container.remove());
  return container;
}

const stepOn = ({ name }: TestContainer, step: Parameters<typeof containing>[2]): Containing =>
  containing(door, { kind: 'container', id: name }, step);

const restartsOf = async (container: TestContainer) =>
  (await container.inspect()).HostConfig.RestartPolicy;

describe('killing a container', () => {
  it.each([false, true])('that is restarted always keeps it dead (paused: %s)', async (paused) => {
    const container = await running(SLEEPER, { RestartPolicy: { Name: 'always' } });
    const kill = stepOn(container, 'kill');
    if (paused) await engine().getContainer(container.id).pause();
    const dead = { in_force: true, method: 'runtime_kill', after: { running: false } };
    for (let again = 0; again < 2; again += 1) {
      expect(await kill.apply()).toMatchObject([200, dead]);
    }
    expect(await kill.state()).toMatchObject([200, dead]);
    expect((await container.inspect()).State).toMatchObject({ Running: false, Restarting: false });
    expect(await restartsOf(container)).toMatchObject({ Name: 'no' });
  });

  it('that somebody starts again is not in force, until it is killed again', async () => {
    const container = await running(SLEEPER);
    const kill = stepOn(container, 'kill');
    await kill.apply();
    await engine().getContainer(container.id).start();
    expect(await kill.state()).toMatchObject([200, { in_force: false }]);
    expect(await kill.apply()).toMatchObject([200, { in_force: true }]);
  });

  it('is not in force while another has its name, until that is killed, too', async () => {
    const first = await runContainer(SLEEPER);
    const kill = stepOn(first, 'kill');
    await kill.apply();
    await first.remove();
    expect(await kill.state()).toMatchObject([200, { in_force: true }]);
    const second = await running(SLEEPER, {}, { name: first.name });
    expect(await kill.state()).toMatchObject([200, { in_force: false }]);
    expect(await kill.apply()).toMatchObject([200, { in_force: true }]);
    expect((await second.inspect()).State.Running).toBe(false);
  });

  it('that is removed with its death is known to be dead', async () => {
    const container = await runContainer(SLEEPER, { AutoRemove: true });
    const kill = stepOn(container, 'kill');
    expect(await kill.apply()).toMatchObject([200, { in_force: true }]);
    await expect.poll(() => container.inspect().catch(() => null)).toBeNull();
    expect(await kill.state()).toMatchObject([200, { in_force: true }]);
  });
});

describe('keeping a container from restarting', () => {
  it('is undone with the policy that it had, by another agent if need be', async () => {
    const policy = { Name: 'on-failure', MaximumRetryCount: 3 };
    const container = await running(SLEEPER, { RestartPolicy: policy });
    const off = stepOn(container, 'restart_off');
    expect(await off.state()).toMatchObject([200, { in_force: false }]);
    for (let again = 0; again < 2; again += 1) {
      expect(await off.apply()).toMatchObject([200, { in_force: true }]);
    }
    expect(await restartsOf(container)).toMatchObject({ Name: 'no' });
    const later = await openHostDoor([cgroup], { runtimeSocket, stateDirectory });
    onTestFinished(() => later.close());
    const undo = containing(later, { kind: 'container', id: container.name }, 'restart_off');
    expect(await undo.state()).toMatchObject([200, { in_force: true }]);
    for (let again = 0; again < 2; again += 1) {
      expect(await undo.release()).toMatchObject([200, { in_force: false }]);
    }
    expect(await restartsOf(container)).toMatchObject(policy);
  });

  it('is released where it was never restarted', async () => {
    const container = await running(SLEEPER);
    const off = stepOn(container, 'restart_off');
    expect(await off.apply()).toMatchObject([200, { in_force: true }]);
    expect(await off.release()).toMatchObject([200, { in_force: false }]);
  });
});

describe('isolating a container', () => {
  const networksOf = async (container: TestContainer) =>
    Object.keys((await container.inspect()).NetworkSettings.Networks);

  async function onNetwork(alias: string) {
    const name = `cordon-net-${process.pid}`;
    const network = await engine().createNetwork({ Name: name, Driver: 'bridge', Internal: true });
    onTestFinished(() => network.remove());
    const settings = { EndpointsConfig: { [name]: { Aliases: [alias] } } };
    const container = await running(GREETER, { NetworkMode: name }, { NetworkingConfig: settings });
    return { name, container };
  }

  async function greets({ name, container }: Awaited<ReturnType<typeof onNetwork>>) {
    const host = (await container.inspect()).NetworkSettings.Networks[name]?.IPAddress ?? '';
    if (host === '') return false;
    const socket = createConnection({ host, port: 7_007 }).on('error', () => undefined);
    const said = once(socket, 'data').then(
      () => true,
      () => false,
    );
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, 500, false));
    const greeted = await Promise.race([said, late]);
    socket.destroy();
    return greeted;
  }

  it('takes it off its networks and gives them back, with its aliases, twice each', async () => {
    const on = await onNetwork('planner');
    await expect.poll(() => greets(on)).toBe(true);
    const isolation = stepOn(on.container, 'isolate_network');
    expect(await isolation.state()).toMatchObject([200, { in_force: false }]);
    for (let again = 0; again < 2; again += 1) {
      expect(await isolation.apply()).toMatchObject([200, { in_force: true }]);
      expect(await networksOf(on.container)).toEqual([]);
    }
    for (let again = 0; again < 2; again += 1) {
      expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
    }
    const { Networks } = (await on.container.inspect()).NetworkSettings;
    expect(Networks[on.name]?.Aliases).toContain('planner');
    await expect.poll(() => greets(on)).toBe(true);
  });

  it('leaves its interface where a network is allowed', async () => {
    const on = await onNetwork('planner');
    await expect.poll(() => greets(on)).toBe(true);
    const isolation = stepOn(on.container, 'isolate_network');
    const allow = ['172.16.0.0/12', '192.168.0.0/16'];
    expect(await isolation.apply({ allow })).toMatchObject([200, { in_force: true }]);
    expect(await networksOf(on.container)).toEqual([on.name]);
    await expect.poll(() => greets(on)).toBe(true);
    expect(await isolation.apply()).toMatchObject([200, { in_force: true }]);
    expect(await greets(on)).toBe(false);
  });

  it('holds on one that is paused, and ends with one that is killed', async () => {
    const { container } = await onNetwork('planner');
    await engine().getContainer(container.id).pause();
    const isolation = stepOn(container, 'isolate_network');
    expect(await isolation.apply()).toMatchObject([200, { in_force: true }]);
    await stepOn(container, 'kill').apply();
    expect(await isolation.state()).toMatchObject([200, { in_force: true }]);
    expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
    expect(await networksOf(container)).toHaveLength(1);
  });

  it('is refused on one that shares the network of its host', async () => {
    const container = await running(SLEEPER, { NetworkMode: 'host' });
    const said = await stepOn(container, 'isolate_network').apply();
    expect(said).toMatchObject([422, { code: 'subject_shares_host_network' }]);
  });
});
