import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { isFrozenByV1 } from '../../../src/agent/freeze/freezer-v1.ts';
import { isFrozen } from '../../../src/agent/freeze/cgroup-freezer.ts';
import { cgroupOf } from '../../../src/agent/subjects/cgroup-tree.ts';
import { engine, runContainer, type TestContainer } from '../../support/containers.ts';
import { type HostDoor, linesOf, openHostDoor } from '../../support/host-door.ts';

const { socket: runtimeSocket, cgroup } = inject('dockerd');

let door: HostDoor;
let container: TestContainer;
beforeEach(async () => {
  door = await openHostDoor([cgroup], { runtimeSocket });
  container = await runContainer('echo started; sleep 600 & exec sleep 600');
});
afterEach(async () => {
  await container.remove();
  await door.close();
});

const byName = () => ({ kind: 'container', id: container.name }) as const;

async function isHeldByTheKernel(): Promise<boolean> {
  const { Pid } = (await container.inspect()).State;
  return isFrozenByV1(Pid) || isFrozen(cgroupOf(`/proc/${Pid}`) ?? '');
}

describe('a container', () => {
  it('is paused by its runtime, as the kernel shows, and let run again, twice each', async () => {
    const paused = { frozen: true, method: 'runtime_pause', processes: 2 };
    for (let again = 0; again < 2; again += 1) {
      expect(await door.act('freeze', byName())).toMatchObject([200, paused]);
      expect((await container.inspect()).State.Paused).toBe(true);
      expect(await isHeldByTheKernel()).toBe(true);
    }
    for (let again = 0; again < 2; again += 1) {
      expect(await door.act('thaw', byName())).toMatchObject([200, { frozen: false }]);
      expect(await isHeldByTheKernel()).toBe(false);
    }
  });

  it('is found by its name, its id and the beginning of its id', async () => {
    for (const id of [container.name, container.id, container.id.slice(0, 12)]) {
      expect(await door.act('thaw', { kind: 'container', id })).toMatchObject([
        200,
        { processes: 2 },
      ]);
    }
  });

  it('gives its processes while it is paused', async () => {
    await door.act('freeze', byName());
    const captured = await door.capture(byName(), 'processes');
    expect(captured.report).toMatchObject({
      completeness: 'complete',
      target: { process_count: 2, cgroup: `${cgroup}/${container.id}` },
    });
    const { Pid } = (await container.inspect()).State;
    expect(linesOf(captured)).toContainEqual(expect.objectContaining({ pid: Pid }));
  });

  it('outside the allowed cgroups is refused, with what would have to be allowed', async () => {
    const narrow = await openHostDoor(['/agents.slice'], { runtimeSocket });
    onTestFinished(() => narrow.close());
    const [status, { code, error }] = await narrow.act('freeze', byName());
    expect([status, code]).toEqual([403, 'subject_not_allowed']);
    expect(error).toContain(`CORDON_AGENT_CGROUPS would have to name ${cgroup}`);
    expect((await container.inspect()).State.Paused).toBe(false);
  });

  it('that is not there, or does not run, is not found', async () => {
    const missing = [404, { code: 'subject_not_found' }];
    expect(await door.act('freeze', { kind: 'container', id: 'none' })).toMatchObject(missing);
    await engine().getContainer(container.id).kill();
    await expect.poll(async () => (await container.inspect()).State.Running).toBe(false);
    expect(await door.act('freeze', byName())).toMatchObject(missing);
  });
});

it('a runtime that cannot be reached is a fault, to be tried again', async () => {
  const lost = await openHostDoor([cgroup], { runtimeSocket: '/nowhere/docker.sock' });
  onTestFinished(() => lost.close());
  const [status, { code }] = await lost.act('freeze', byName());
  expect([status, code]).toEqual([503, 'runtime_unreachable']);
});
