import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freezeSubject, thawSubject } from '../src/agent/freeze/freeze-subject.ts';
import { cgroupDirectory, processesOfCgroup } from '../src/agent/subjects/cgroup-tree.ts';
import { areStopped } from '../src/agent/freeze/stop-signal.ts';
import type { HostSubject } from '../src/domain/host-subject.ts';
import { AGENT, eventsOf, move, ROOT, SCOPE, withCgroups } from './cgroup.ts';
import { median } from './quantile.ts';
import { print, type Row } from './table.ts';

/** Beside the one that started them. */
const WORKERS = 20;
const ROUNDS = 30;

const cgroup = { kind: 'cgroup', path: AGENT } as const;

const rows = await withCgroups(measured);
print(rows, process.argv.includes('--json'));

async function measured(): Promise<Row[]> {
  const pids = await startTree();
  const shared = { kind: 'process', pid: pids[0] ?? 0 } as const;
  const bySignal = await rowOf('by SIGSTOP', pids.length, shared, () => stopBare(pids));
  // The same tree, in a cgroup that holds nothing else.
  for (const pid of pids) move(pid, AGENT);
  const byFreezer = await rowOf('by the freezer', pids.length, cgroup, freezeBare);
  return [byFreezer, bySignal];
}

/** Rounds are interleaved, so that what else the machine does falls on both alike. */
async function rowOf(
  how: string,
  processes: number,
  subject: HostSubject,
  bare: () => void,
): Promise<Row> {
  const [ours, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await msOf(bare));
    await thawSubject(subject, SCOPE);
    ours.push(await msOf(() => freeze(subject)));
    await thawSubject(subject, SCOPE);
  }
  const figure = `${processes} processes frozen ${how}: ms`;
  return { figure, value: median(ours), floor: median(floors) };
}

async function freeze(subject: HostSubject): Promise<void> {
  const { frozen } = await freezeSubject(subject, SCOPE);
  if (!frozen) throw new Error('it was not frozen');
}

async function msOf(work: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The floors: what the kernel takes, asked without a pause by whoever knows already what is to be frozen. */
function freezeBare(): void {
  writeFileSync(join(cgroupDirectory(AGENT), 'cgroup.freeze'), '1');
  while (!eventsOf(AGENT).includes('frozen 1'));
}

function stopBare(pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  while (!areStopped(pids));
}

/** The leader and its workers, in the cgroup that the agent may touch and in none of their own. */
async function startTree(): Promise<number[]> {
  const script = `read -r _; for i in $(seq ${WORKERS}); do sleep 600 & done; echo ready; wait`;
  const leader = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(leader, 'spawn');
  move(leader.pid, ROOT);
  leader.stdin.write('\n');
  await once(leader.stdout, 'data');
  return (processesOfCgroup(ROOT) ?? []).toSorted((a, b) => a - b);
}
