import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ForwardRequest } from '../../src/cli/roots.ts';
import { eventually } from '../support/eventually.ts';

const ROOT = new URL('../../src/forwarder.ts', import.meta.url);

/** A forwarder in a process of its own, which a test can kill at any moment and start again. */
export interface ForwarderApart {
  /** Resolves when it forwards. */
  start(): Promise<void>;
  /** SIGKILL, or another signal; resolves with the exit code when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** All that it leaves behind is in `folder`; its spool is `spool`, and what it says in `log`. */
export function forwarderApart(folder: string, request: Partial<ForwardRequest>): ForwarderApart {
  const whole: ForwardRequest = {
    ...{ name: 'apart', url: '', detector: 'falco', tokenFile: '', files: [], stdin: false },
    ...{ socket: null, spool: join(folder, 'spool'), spoolLimit: 2 ** 30, gzip: false },
    ...request,
  };
  const source = `
    const { runForwarder } = await import('${ROOT}');
    await runForwarder({ CORDON_HOME: '/nonexistent' }, ${JSON.stringify(whole)});`;
  // It is started so often that it matters how long its modules take to be compiled.
  const env = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: join(folder, 'compiled') };
  const logFile = join(folder, 'log');
  const starts = () => readFileSync(logFile, 'utf8').split('"msg":"forwarding"').length - 1;
  let running: ChildProcess | null = null;
  let started = 0;
  process.once('exit', () => running?.kill('SIGKILL'));
  return {
    start: async () => {
      const log = openSync(logFile, 'a');
      const args = ['--input-type=module', '-e', source];
      running = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] });
      closeSync(log);
      started += 1;
      await eventually(starts, (count) => count === started);
    },
    kill: async (signal = 'SIGKILL') => {
      const child = running;
      running = null;
      if (child === null) return null;
      const gone = once(child, 'exit');
      if (child.exitCode === null) child.kill(signal);
      else return child.exitCode;
      await gone;
      return child.exitCode;
    },
  };
}
