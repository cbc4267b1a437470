import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { containing } from '../../support/containing.ts';
import { engine, runContainer, type TestContainer } from '../../support/containers.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';

const { socket: runtimeSocket, cgroup } = inject('dockerd');

/** Leaves something behind, which a fresh one has not. */
const INFECTED = 'if [ ! -e /infected ]; then touch /infected; fi; exec sleep 600';

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

/** Goes with the test, whichever container has its name by then. */
async function running(...given: Parameters<typeof runContainer>): Promise<TestContainer> {
  const container = await runContainer(...given);
  onTestFinished(() => engine().getContainer(container.name).remove({ force: true }));
  return container;
}

const named = ({ name }: TestContainer) => engine().getContainer(name).inspect();
const recycling = ({ name }: TestContainer, key?: string) =>
  containing(door, { kind: 'container', id: name }, 'recycle', key);

describe('recycling a container', () => {
  it('has a fresh one run in its place, with its image and configuration, once for each incident', async () => {
    const network = await engine().createNetwork({ Name: `recycle-${process.pid}` });
    onTestFinished(() => network.remove());
    const over = {
      Env: ['ROLE=planner'],
      Labels: { team: 'agents' },
      NetworkingConfig: { EndpointsConfig: { [`recycle-${process.pid}`]: { Aliases: ['plan'] } } },
    };
    const host = { NetworkMode: `recycle-${process.pid}`, RestartPolicy: { Name: 'always' } };
    const old = await running(INFECTED, host, over);
    const before = await old.inspect();
    const recycle = recycling(old);
    const [, { after: first }] = await recycle.state();
    expect(first).toMatchObject({ images: [before.Image] });
    for (let again = 0; again < 2; again += 1) {
      const after = { old: old.id, old_is_gone: true, fresh: expect.any(String) };
      const fresh = { in_force: true, method: 'runtime_recreate', after };
      expect(await recycle.apply({ fresh: true })).toMatchObject([200, fresh]);
    }
    await expect(old.inspect()).rejects.toMatchObject({ statusCode: 404 });
    const now = await named(old);
    expect(now.State.Running).toBe(true);
    expect(now.Image).toBe(before.Image);
    expect(now.Config.Env).toContain('ROLE=planner');
    expect(now.Config.Labels).toMatchObject({ team: 'agents' });
    expect(now.HostConfig.RestartPolicy).toMatchObject({ Name: 'always' });
    expect(now.NetworkSettings.Networks[`recycle-${process.pid}`]?.Aliases).toContain('plan');
    expect(await recycle.state()).toMatchObject([200, { in_force: true }]);
    // Nobody else has asked for it.
    expect((await named(old)).Id).toBe(now.Id);
  });

  it('is done again for a later incident, and stays done for the first', async () => {
    const old = await running(INFECTED);
    await recycling(old, 'INC-1/recycle').apply({ fresh: true });
    const second = (await named(old)).Id;
    const later = recycling(old, 'INC-2/recycle');
    expect(await later.state()).toMatchObject([200, { in_force: false }]);
    expect(await later.apply({ fresh: true })).toMatchObject([200, { in_force: true }]);
    const third = (await named(old)).Id;
    expect(third).not.toBe(second);
    const first = recycling(old, 'INC-1/recycle');
    expect(await first.apply({ fresh: true })).toMatchObject([200, { in_force: true }]);
    expect((await named(old)).Id).toBe(third);
  });

  it('of an image that must not run ends it, and starts nothing until it may', async () => {
    const old = await running(INFECTED, { RestartPolicy: { Name: 'always' } });
    const recycle = recycling(old);
    for (const order of [{}, { fresh: false }]) {
      expect(await recycle.apply(order)).toMatchObject([200, { in_force: true }]);
      expect((await named(old)).State).toMatchObject({ Running: false, Restarting: false });
    }
    expect((await named(old)).Id).toBe(old.id);
    expect(await recycle.apply({ fresh: true })).toMatchObject([200, { in_force: true }]);
    const now = await named(old);
    expect([now.Id === old.id, now.State.Running]).toEqual([false, true]);
    expect(now.HostConfig.RestartPolicy).toMatchObject({ Name: 'always' });
  });

  it('goes on where it was broken off: the old one is gone, and the fresh one has no name yet', async () => {
    const old = await running(INFECTED);
    const recycle = recycling(old);
    await recycle.apply({ fresh: false });
    const draft = await engine().createContainer({
      ...{ name: `${old.name}-for-${old.id.slice(0, 12)}`, Cmd: ['sleep', '600'] },
      ...{ Image: (await old.inspect()).Image, HostConfig: { NetworkMode: 'none' } },
    });
    await old.remove();
    expect(await recycle.apply({ fresh: true })).toMatchObject([200, { in_force: true }]);
    expect(await named(old)).toMatchObject({ Id: draft.id, State: { Running: true } });
  });

  it('that cannot start the fresh one says why, and does it when it can', async () => {
    const Name = `lost-${process.pid}`;
    const network = await engine().createNetwork({ Name });
    onTestFinished(() => engine().getNetwork(Name).remove());
    const old = await running(INFECTED, { NetworkMode: Name });
    const recycle = recycling(old);
    await recycle.apply({ fresh: false });
    // The engine takes its interface away some time after it has ended.
    const isRemoved = () =>
      network.remove().then(
        () => true,
        () => false,
      );
    await expect.poll(isRemoved, { timeout: 10_000 }).toBe(true);
    const [, said] = await recycle.apply({ fresh: true });
    expect(said).toMatchObject({ in_force: false, detail: expect.stringContaining(Name) });
    expect(await recycle.state()).toMatchObject([200, { in_force: false }]);
    await engine().createNetwork({ Name });
    expect(await recycle.apply({ fresh: true })).toMatchObject([200, { in_force: true }]);
    expect((await named(old)).State.Running).toBe(true);
  });

  it('is never undone, and is for containers only', async () => {
    const old = await running(INFECTED);
    expect(await recycling(old).release()).toMatchObject([400, { code: 'invalid_request' }]);
    expect((await named(old)).Id).toBe(old.id);
    const { Pid: pid } = (await old.inspect()).State;
    const inside = containing(door, { kind: 'process', pid }, 'recycle');
    const refused = { code: 'unsupported_subject' };
    expect(await inside.apply({ fresh: true })).toMatchObject([422, refused]);
  });
});
