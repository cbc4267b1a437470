import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Env } from './config.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** One that dies at once must not eat the machine. */
const RESTART_AFTER_MS = 500;

/** Longer than a stand-in takes to finish what it is answering. */
const STOP_WITHIN_MS = 5_000;

export interface RangeProcess {
  pid(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Runs the practice range beside us, as the services that it stands for would run, and starts it again when it
 * dies. It ends by itself when we are gone: its standard input closes.
 */
export async function startRangeProcess(env: Env, log: Logger): Promise<RangeProcess> {
  let stopping = false;
  let child = await launch(env);
  const watch = async () => {
    while (!stopping) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      if (stopping) return;
      log.error({ pid: child.pid }, 'the practice range died; starting it again');
      await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
      child = await launch(env).catch((error: unknown) => {
        log.error({ err: error }, 'the practice range did not start');
        return child;
      });
    }
  };
  const watching = watch();
  return {
    pid: () => child.pid,
    stop: async () => {
      stopping = true;
      child.stdin?.end();
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await watching;
      clearTimeout(force);
    },
  };
}

async function launch(env: Env): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'range'], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    // The terminal's Ctrl-C is ours to handle: targets stop after those who call them.
    detached: true,
  });
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the practice range ended at its start (${code})`);
  });
  await Promise.race([once(child.stdout, 'data'), died]);
  died.catch(() => undefined);
  return child;
}
