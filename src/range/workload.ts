import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeCgroup } from './remove-cgroup.ts';

const PROGRAM = fileURLToPath(new URL('workload-process.ts', import.meta.url));

/** The cgroup of the one agent, below the one in which the practice host's agents run. */
const AGENT = 'agent';

/** What the practice host is there for: a process at work, in a cgroup of its own, to be frozen and captured from. */
export interface Workload {
  /** The name of the process's cgroup below the given one. */
  name: string;
  /** Kills it, frozen or not, and removes what was made for it. */
  stop(): Promise<void>;
}

/**
 * `directory`: the cgroup of version 2 that is made for it; what an earlier run has left there is ended first. Throws
 * an error of the system where this user may not make one.
 */
export async function startWorkload(directory: string): Promise<Workload> {
  const own = join(directory, AGENT);
  await removeCgroup(directory);
  mkdirSync(directory);
  mkdirSync(own);
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit').catch(() => undefined);
  try {
    await once(child, 'spawn');
    writeFileSync(join(own, 'cgroup.procs'), String(child.pid));
    await once(child.stdout, 'data');
  } catch (error) {
    child.kill('SIGKILL');
    await removeCgroup(directory);
    throw error;
  }
  return {
    name: AGENT,
    stop: async () => {
      await removeCgroup(directory);
      // What is dead is there until its parent has heard of it.
      await ended;
    },
  };
}
