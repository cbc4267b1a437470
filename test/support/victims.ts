import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestCgroup } from './cgroup.ts';

/** A process to be frozen and captured. It is killed with the test, or with its cgroup. */
export interface Victim {
  pid: number;
  child: ChildProcess;
  /** SIGKILL; resolves when it has been waited for. */
  kill(): Promise<void>;
}

/** Runs a script of the shell, in the cgroup from its first instruction on. */
export async function runVictim(
  script: string,
  {
    cgroup,
    args = [],
    env = {},
  }: { cgroup?: TestCgroup; args?: string[]; env?: NodeJS.ProcessEnv },
): Promise<Victim> {
  // It waits for a line, so that nothing of it runs before it is where it should be.
  const child = spawn('sh', ['-c', `read -r _; ${script}`, 'victim', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'], ...env },
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  cgroup?.add(pid);
  child.stdin.write('\n');
  return {
    pid,
    child,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
