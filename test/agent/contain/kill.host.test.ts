import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readStat } from '../../../src/agent/subjects/process-stat.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { containing } from '../../support/containing.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { startHydra } from '../../support/hydra.ts';
import { runVictim } from '../../support/victims.ts';

let allowed: TestCgroup;
let door: HostDoor;
beforeEach(async () => {
  allowed = makeCgroup();
  door = await openHostDoor([allowed.path]);
});
afterEach(async () => {
  await door.close();
  await allowed.remove();
});

const runs = (pid: number) => !['Z', undefined].includes(readStat(`/proc/${pid}`)?.state);

/** A process with a child, in a cgroup. */
async function family(cgroup: TestCgroup, members = 2) {
  const victim = await runVictim('sleep 600 & wait', { cgroup });
  await expect.poll(() => cgroup.pids().length).toBe(members);
  return victim.pid;
}

const DEAD = { schema: 'host-contain/1', step: 'kill', in_force: true };

describe('killing', () => {
  it('ends a chain that forks and ends all the time, as its cgroup', async () => {
    const hydra = await startHydra(allowed.below('hydra'));
    onTestFinished(() => hydra.remove());
    await hydra.hopOn();
    const kill = containing(door, { kind: 'cgroup', path: hydra.cgroup.path }, 'kill');
    expect(await kill.state()).toMatchObject([200, { in_force: false }]);
    const dead = { ...DEAD, method: 'cgroup_kill', after: { processes: [], populated: false } };
    expect(await kill.apply()).toMatchObject([200, dead]);
    expect(await kill.apply()).toMatchObject([200, dead]);
    expect(await kill.state()).toMatchObject([200, dead]);
    expect(hydra.cgroup.pids()).toEqual([]);
  });

  it('ends what is frozen', async () => {
    const own = allowed.below('own');
    const pid = await family(own);
    await door.act('freeze', { kind: 'process', pid });
    const [status, answer] = await containing(door, { kind: 'process', pid }, 'kill').apply();
    expect([status, answer]).toMatchObject([200, { ...DEAD, method: 'cgroup_kill' }]);
    expect(own.pids()).toEqual([]);
  });

  it('ends a tree that shares its cgroup, stopped or not, and nobody else', async () => {
    const pid = await family(allowed);
    const other = await family(allowed, 4);
    await door.act('freeze', { kind: 'process', pid });
    const kill = containing(door, { kind: 'process', pid }, 'kill');
    const dead = { ...DEAD, method: 'sigkill', detail: 'no process that was known of it is left' };
    expect(await kill.apply()).toMatchObject([200, dead]);
    expect([runs(pid), runs(other), allowed.pids().length]).toEqual([false, true, 2]);
    expect(await kill.apply()).toMatchObject([200, dead]);
  });

  it('is known by its key when the process is gone, and by no other', async () => {
    const pid = await family(allowed.below('own'));
    const kill = containing(door, { kind: 'process', pid }, 'kill');
    await kill.apply();
    expect(await kill.state()).toMatchObject([200, DEAD]);
    const stranger = containing(door, { kind: 'process', pid }, 'kill', 'INC-2/step');
    expect(await stranger.state()).toMatchObject([404, { code: 'subject_not_found' }]);
    expect(await stranger.apply()).toMatchObject([404, { code: 'subject_not_found' }]);
  });

  it('is shown not to be in force while anything lives in the cgroup', async () => {
    const own = allowed.below('own');
    await family(own);
    const kill = containing(door, { kind: 'cgroup', path: own.path }, 'kill');
    await kill.apply();
    const pid = await family(own);
    const alive = { in_force: false, after: { processes: expect.any(Array), populated: true } };
    expect(await kill.state()).toMatchObject([200, alive]);
    expect(await kill.apply()).toMatchObject([200, DEAD]);
    expect(runs(pid)).toBe(false);
  });

  it('is refused outside the allowed cgroups, of the agent itself, and when it is to be undone', async () => {
    const foreign = makeCgroup();
    onTestFinished(() => foreign.remove());
    const pid = await family(foreign);
    const outside = await containing(door, { kind: 'process', pid }, 'kill').apply();
    expect(outside).toMatchObject([403, { code: 'subject_not_allowed' }]);
    const ours = await containing(door, { kind: 'process', pid: process.pid }, 'kill').apply();
    expect(ours).toMatchObject([403, { code: 'subject_is_ours' }]);
    const undone = await containing(door, { kind: 'process', pid }, 'kill').release();
    expect(undone).toMatchObject([400, { code: 'invalid_request' }]);
    expect(runs(pid)).toBe(true);
  });
});

describe('keeping from restarting', () => {
  it('is for containers only', async () => {
    const pid = await family(allowed);
    const step = containing(door, { kind: 'process', pid }, 'restart_off');
    for (const said of [await step.apply(), await step.state(), await step.release()]) {
      expect(said).toMatchObject([422, { code: 'unsupported_subject' }]);
    }
  });
});
