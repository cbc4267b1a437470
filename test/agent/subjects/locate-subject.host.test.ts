import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Container, containerSchema } from '../../../src/agent/docker/container.ts';
import { type Engine, openEngine } from '../../../src/agent/docker/engine.ts';
import { locate } from '../../../src/agent/subjects/locate-subject.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { runVictim } from '../../support/victims.ts';

const ID = 'ab'.repeat(32);

let allowed: TestCgroup;
beforeEach(() => void (allowed = makeCgroup()));
afterEach(() => allowed.remove());

/** An engine that knows one container, whose first process this is. */
function engineOf(pid: number): Engine {
  const running = { Running: true, Paused: false, Restarting: false, StartedAt: '' };
  const facts: Container = containerSchema.parse({
    ...{ Id: ID, Image: `sha256:${ID}`, Name: '/planner' },
    State: { ...running, Pid: pid },
    ...{ Config: {}, HostConfig: { NetworkMode: 'none' }, NetworkSettings: {} },
  });
  return { ...openEngine('/nowhere'), inspect: async () => facts };
}

const PLANNER = { kind: 'container', id: 'planner' } as const;
const located = (pid: number) =>
  locate(PLANNER, { cgroups: [allowed.path], engine: engineOf(pid) });

describe('a container is located', () => {
  it.each([[ID], [`docker-${ID}.scope`]])('by the cgroup %s', async (name) => {
    const own = allowed.below(name);
    const { pid } = await runVictim('exec sleep 600', { cgroup: own });
    expect((await located(pid)).subject).toEqual({ kind: 'cgroup', path: own.path });
  });

  it('whole, where its init has made cgroups of its own', async () => {
    const own = allowed.below(ID);
    const { pid } = await runVictim('exec sleep 600', { cgroup: own.below('init.scope') });
    expect((await located(pid)).subject).toEqual({ kind: 'cgroup', path: own.path });
  });

  it('nowhere, where it does not run', async () => {
    expect((await located(0)).subject).toBeNull();
  });
});

it('a container that shares a cgroup is no subject: what else is in there is not its own', async () => {
  const { pid } = await runVictim('exec sleep 600', { cgroup: allowed });
  await expect(located(pid)).rejects.toMatchObject({ code: 'unsupported_subject' });
});
