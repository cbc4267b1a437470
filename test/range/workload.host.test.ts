import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freezeSubject } from '../../src/agent/freeze/freeze-subject.ts';
import { cgroupDirectory, processesOfCgroup } from '../../src/agent/subjects/cgroup-tree.ts';
import { startWorkload } from '../../src/range/workload.ts';

const PATH = `/cordon-test-workload-${process.pid}`;
const directory = cgroupDirectory(PATH);
let running: Awaited<ReturnType<typeof startWorkload>> | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const start = async () => (running = await startWorkload(directory));

describe('the workload of the practice host', () => {
  it('is one process in a cgroup of its own, with something in its memory to be found', async () => {
    const { name } = await start();
    const pids = processesOfCgroup(`${PATH}/${name}`) ?? [];
    expect(pids).toHaveLength(1);
    expect(readFileSync(`/proc/${pids[0]}/cmdline`, 'utf8')).toContain('workload-process');
  });

  it('leaves nothing behind, also where it stands frozen', async () => {
    const { name, stop } = await start();
    const [pid] = processesOfCgroup(`${PATH}/${name}`) ?? [];
    const subject = { kind: 'cgroup', path: `${PATH}/${name}` } as const;
    expect((await freezeSubject(subject, { cgroups: [PATH], engine: null })).frozen).toBe(true);
    await stop();
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(join('/proc', String(pid)))).toBe(false);
  });

  it('ends what an earlier run that was killed has left there', async () => {
    const { name } = await start();
    const before = processesOfCgroup(`${PATH}/${name}`);
    await start();
    const after = processesOfCgroup(`${PATH}/${name}`);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  it('says what is in the way where no cgroup can be made', async () => {
    await expect(startWorkload('/proc/no-cgroup')).rejects.toThrow(/ENOENT/);
  });
});
