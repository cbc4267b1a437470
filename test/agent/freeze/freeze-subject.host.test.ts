import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readStat } from '../../../src/agent/subjects/process-stat.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { eventually } from '../../support/eventually.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { type Hydra, startHydra } from '../../support/hydra.ts';
import { runVictim } from '../../support/victims.ts';

/** Sleeps in a child of its own. */
const SLEEPER = 'sleep 600';

/** Leaves a sleeper behind that is no descendant of it any more, and sleeps itself. */
const DOUBLE_FORK = '( setsid sleep 600 & ) ; sleep 600';

let allowed: TestCgroup;
let door: HostDoor;
let clock: Hydra;
beforeEach(async () => {
  allowed = makeCgroup();
  door = await openHostDoor([allowed.path]);
  clock = await startHydra();
});
afterEach(async () => {
  await door.close();
  await clock.remove();
  await allowed.remove();
});

const stateOf = (pid: number) => readStat(`/proc/${pid}`)?.state;

/** A process with its child, in a cgroup. */
async function family(cgroup: TestCgroup, script = SLEEPER, members = 2) {
  const { pid } = await runVictim(`${script} & wait`, { cgroup });
  await eventually(
    () => cgroup.pids(),
    (pids) => pids.length >= members,
  );
  return pid;
}

describe('a cgroup', () => {
  it('that forks and ends all the time stands still until it is thawed, five times of five', async () => {
    const hydra = await startHydra(allowed.below('hydra'));
    onTestFinished(() => hydra.remove());
    const subject = { kind: 'cgroup', path: hydra.cgroup.path } as const;
    for (let round = 0; round < 5; round += 1) {
      await hydra.hopOn();
      const [status, answer] = await door.act('freeze', subject);
      expect([status, answer]).toMatchObject([200, { frozen: true, method: 'cgroup_freezer' }]);
      const before = hydra.hops();
      await clock.hopOn();
      expect(hydra.hops()).toBe(before);
      expect(await door.act('thaw', subject)).toMatchObject([200, { frozen: false }]);
    }
    await hydra.hopOn();
  });

  it('is frozen with those below it, and once more without harm', async () => {
    const inner = allowed.below('inner');
    await family(inner);
    const subject = { kind: 'cgroup', path: allowed.path } as const;
    const frozen = { schema: 'host-freeze/1', frozen: true, method: 'cgroup_freezer' };
    for (let again = 0; again < 2; again += 1) {
      expect(await door.act('freeze', subject)).toMatchObject([200, { ...frozen, processes: 2 }]);
    }
    for (let again = 0; again < 2; again += 1) {
      expect(await door.act('thaw', subject)).toMatchObject([200, { frozen: false }]);
    }
  });

  it('leaves those stopped that others had stopped', async () => {
    const cgroup = allowed.below('one');
    const { pid } = await runVictim('exec sleep 600', { cgroup });
    await eventually(
      () => readStat(`/proc/${pid}`)?.comm,
      (comm) => comm === 'sleep',
    );
    process.kill(pid, 'SIGSTOP');
    const subject = { kind: 'cgroup', path: cgroup.path } as const;
    await door.act('freeze', subject);
    const [, answer] = await door.act('thaw', subject);
    expect(answer).toMatchObject({ method: 'cgroup_freezer' });
    expect(stateOf(pid)).toBe('T');
  });
});

describe('a process', () => {
  it('in a cgroup of its own is frozen by it, with what escaped from its tree', async () => {
    const pid = await family(allowed.below('own'), DOUBLE_FORK, 3);
    const [, answer] = await door.act('freeze', { kind: 'process', pid });
    expect(answer).toMatchObject({ frozen: true, method: 'cgroup_freezer' });
    expect(answer['processes']).toBe(3);
    process.kill(pid, 'SIGCONT');
    await clock.hopOn();
    expect(await door.act('freeze', { kind: 'process', pid })).toMatchObject([
      200,
      { frozen: true },
    ]);
    expect(await door.act('thaw', { kind: 'process', pid })).toMatchObject([
      200,
      { frozen: false },
    ]);
  });

  it('that shares its cgroup is stopped with its children, and nobody else', async () => {
    const pid = await family(allowed);
    const other = await family(allowed, SLEEPER, 4);
    const [, answer] = await door.act('freeze', { kind: 'process', pid });
    expect(answer).toMatchObject({ frozen: true, method: 'sigstop', processes: 2 });
    expect([stateOf(pid), stateOf(other)]).toEqual(['T', 'S']);
    const again = await door.act('freeze', { kind: 'process', pid });
    expect(again).toMatchObject([200, { frozen: true, method: 'sigstop', processes: 2 }]);
    const [, thawed] = await door.act('thaw', { kind: 'process', pid });
    expect(thawed).toMatchObject({ frozen: false, method: 'sigstop', processes: 2 });
    expect(stateOf(pid)).toBe('S');
  });

  it('is stopped although its child wakes it all the time', async () => {
    const { pid } = await runVictim('while :; do kill -CONT $$; done & wait', { cgroup: allowed });
    await eventually(
      () => allowed.pids(),
      (pids) => pids.length === 2,
    );
    const [, answer] = await door.act('freeze', { kind: 'process', pid });
    expect(answer).toMatchObject({ frozen: true, method: 'sigstop', processes: 2 });
    await clock.hopOn();
    expect(allowed.pids().map(stateOf)).toEqual(['T', 'T']);
  });

  it('with many threads stands with all of them', async () => {
    const threads = 'setInterval(() => {}, 1); require("zlib").gzip("x", () => {})';
    const { pid } = await runVictim(`exec node -e '${threads}'`, { cgroup: allowed });
    await eventually(
      () => readStat(`/proc/${pid}`)?.threads ?? 0,
      (count) => count > 4,
    );
    expect(await door.act('freeze', { kind: 'process', pid })).toMatchObject([
      200,
      { frozen: true },
    ]);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/State:\s*T/);
  });
});
