import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { engineFault } from './engine-fault.ts';
import type { EngineFiles } from './engine-files.ts';
import type { EngineLog } from './engine-log.ts';
import { isErrno } from './errno.ts';
import { lookUpProcess } from './process-table.ts';
import { replaceFile } from './replace-file.ts';

const LOOK_EVERY_MS = 50;

/** The server closes its data file within a second or two of SIGTERM; the file is safe after SIGKILL as well. */
const TERM_LIMIT_MS = 10_000;
const KILL_LIMIT_MS = 5_000;

const serverProcessSchema = z.object({
  pid: z.int().positive(),
  /** The process of ours that started it. */
  owner_pid: z.int().positive(),
});
type ServerProcess = z.infer<typeof serverProcessSchema>;

/** Writes down which process serves the data file, for the start after our sudden death. */
export async function recordServer(files: EngineFiles, pid: number): Promise<void> {
  const server: ServerProcess = { pid, owner_pid: process.pid };
  await replaceFile(files.process, `${JSON.stringify(server)}\n`);
}

export async function forgetServer(files: EngineFiles): Promise<void> {
  await rm(files.process, { force: true });
}

/**
 * Ends a server that outlived the process that started it: two servers on one data file destroy each other's work.
 * Throws Fault `engine_home_in_use` if that process is alive, for then the home has an owner.
 */
export async function endOrphan(files: EngineFiles, log: EngineLog): Promise<void> {
  const recorded = await readRecord(files);
  if (recorded === null) return;
  const server = await stillServing(files, recorded.pid);
  // Parentage is the kernel's word: unlike the number alone, it cannot be inherited by a stranger.
  if (server?.parent === recorded.owner_pid) {
    throw engineFault(
      'engine_home_in_use',
      `process ${recorded.owner_pid} runs the engine of ${files.directory}; ` +
        `stop it, or set CORDON_HOME for a second installation`,
    );
  }
  if (server !== null) {
    log.warn({ pid: recorded.pid }, 'ending a Temporal server left behind by an earlier run');
    await end(files, recorded.pid);
  }
  await forgetServer(files);
}

async function end(files: EngineFiles, pid: number): Promise<void> {
  for (const [signal, limit] of [
    ['SIGTERM', TERM_LIMIT_MS],
    ['SIGKILL', KILL_LIMIT_MS],
  ] as const) {
    signalTo(pid, signal);
    const giveUpAt = performance.now() + limit;
    while (performance.now() < giveUpAt) {
      if ((await stillServing(files, pid)) === null) return;
      await sleep(LOOK_EVERY_MS);
    }
  }
  throw engineFault(
    'engine_home_in_use',
    `the Temporal server ${pid} cannot be ended; end it first`,
  );
}

async function stillServing(files: EngineFiles, pid: number) {
  const running = await lookUpProcess(pid);
  return running?.hasArgument('start-dev') && running.hasArgument(files.data) ? running : null;
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It may have ended by itself since we looked.
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

async function readRecord(files: EngineFiles): Promise<ServerProcess | null> {
  try {
    return serverProcessSchema.parse(JSON.parse(await readFile(files.process, 'utf8')));
  } catch {
    return null;
  }
}
