import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostSubject } from '../../../src/domain/host-subject.ts';
import { readStat } from '../../../src/agent/subjects/process-stat.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { runVictim } from '../../support/victims.ts';

let allowed: TestCgroup;
let foreign: TestCgroup;
let door: HostDoor;
beforeEach(async () => {
  allowed = makeCgroup();
  // The beginning of its name is that of an allowed one.
  foreign = makeCgroup(`${allowed.path}x`);
  door = await openHostDoor([allowed.path]);
});
afterEach(async () => {
  await door.close();
  await allowed.remove();
  await foreign.remove();
});

async function refusalOf(subject: HostSubject, route = 'freeze') {
  const [status, { code }] = await door.act(route, subject);
  return [status, code];
}

describe('a subject', () => {
  it('outside the allowed cgroups is refused, and left alone', async () => {
    const { pid } = await runVictim('exec sleep 600', { cgroup: foreign });
    const refused = [403, 'subject_not_allowed'];
    for (const route of ['freeze', 'thaw']) {
      expect(await refusalOf({ kind: 'process', pid }, route)).toEqual(refused);
      expect(await refusalOf({ kind: 'cgroup', path: foreign.path }, route)).toEqual(refused);
      expect(await refusalOf({ kind: 'cgroup', path: '/is-not-there' }, route)).toEqual(refused);
    }
    expect((await door.capture({ kind: 'process', pid }, 'processes')).status).toBe(403);
    expect(readStat(`/proc/${pid}`)?.state).not.toBe('T');
  });

  it('is refused where one of its processes is outside', async () => {
    const { pid } = await runVictim('sleep 600 & sleep 600 & wait', { cgroup: allowed });
    await expect.poll(() => allowed.pids().length).toBe(3);
    foreign.add(allowed.pids().at(-1) ?? 0);
    expect(await refusalOf({ kind: 'process', pid })).toEqual([403, 'subject_not_allowed']);
  });

  it('is refused where no cgroup is allowed', async () => {
    const { pid } = await runVictim('exec sleep 600', { cgroup: allowed });
    const closed = await openHostDoor([]);
    const [status, { code }] = await closed.act('freeze', { kind: 'process', pid });
    await closed.close();
    expect([status, code]).toEqual([403, 'subject_not_allowed']);
  });

  it.each([
    ['the agent', process.pid],
    ['what started the agent', process.ppid],
  ])('that is %s is refused', async (_, pid) => {
    expect(await refusalOf({ kind: 'process', pid })).toEqual([403, 'subject_is_ours']);
  });

  it('that is not there is not found', async () => {
    const victim = await runVictim('exec sleep 600', { cgroup: allowed });
    const { pid } = victim;
    const missing = [404, 'subject_not_found'];
    expect(await refusalOf({ kind: 'process', pid, start_time: '1' })).toEqual(missing);
    expect(await refusalOf({ kind: 'cgroup', path: `${allowed.path}/none` })).toEqual(missing);
    await victim.kill();
    expect(await refusalOf({ kind: 'process', pid })).toEqual(missing);
  });

  it('that is a container is refused by a host that has no runtime', async () => {
    expect(await refusalOf({ kind: 'container', id: 'a' })).toEqual([422, 'unsupported_subject']);
  });

  it('is found by the start time that its process has', async () => {
    const { pid } = await runVictim('exec sleep 600', { cgroup: allowed });
    const start_time = readStat(`/proc/${pid}`)?.start_time ?? '';
    const [status] = await door.act('thaw', { kind: 'process', pid, start_time });
    expect(status).toBe(200);
  });
});
