import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { findSubject } from '../../src/agent/subjects/find-subject.ts';
import { pin } from '../../src/agent/subjects/pinned-process.ts';
import { readStat } from '../../src/agent/subjects/process-stat.ts';
import { sendSignal } from '../../src/agent/subjects/send-signal.ts';

/** The number that the kernel has given last in this namespace of processes (proc_sys_kernel(5)). */
const LAST = '/proc/sys/kernel/ns_last_pid';

const MOST_TRIES = 100;

/** Alone in a namespace of processes: pins one, has its number given to a stranger, and says what is read of whom. */
const first = await started('sleep');
const pid = first.pid ?? 0;
const pinned = pin(pid);
const startTime = readStat(`/proc/${pid}`)?.start_time ?? '';
await ended(first);
const stranger = await startedAs(pid);
const told = {
  stranger: readStat(`/proc/${pid}`)?.comm,
  pinned_is_there: pinned?.isThere(),
  pinned_reads: codeOf(() => readFileSync(`${pinned?.dir}/stat`)),
  found: codeOf(() => findSubject({ kind: 'process', pid, start_time: startTime }, ['/'])),
};
pinned?.close();
await ended(stranger);
// Whoever is killed by its number now is nobody.
sendSignal(pid, 'SIGKILL');
process.stdout.write(JSON.stringify(told));

/** Something else may be started in between, or both within one tick of the clock: then it is asked for once more. */
async function startedAs(wanted: number): Promise<ChildProcess> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    writeFileSync(LAST, String(wanted - 1));
    const child = await started('tail');
    const start = readStat(`/proc/${wanted}`)?.start_time;
    if (child.pid === wanted && start !== startTime) return child;
    await ended(child);
  }
  throw new Error(`nobody was given the number ${wanted}`);
}

async function started(program: 'sleep' | 'tail'): Promise<ChildProcess> {
  const args = program === 'sleep' ? ['600'] : ['-f', '/dev/null'];
  const child = spawn(program, args, { stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function codeOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (Object(error) as { code?: unknown }).code;
  }
}
