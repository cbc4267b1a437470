import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CORDON = fileURLToPath(new URL('../../cordon', import.meta.url));

/** Longer than the slowest part of an installation takes to start while others load the machine. */
const READY_WITHIN_MS = 60_000;
const ASK_EVERY_MS = 100;

/** Characters of a part's log that an error quotes. */
const LAST_WORDS = 1_500;

/** Something that runs apart from the test, and that can die at any moment and be started again. */
export interface Part {
  readonly name: string;
  /** Resolves when it does its work. Throws when it runs already. */
  start(): Promise<void>;
  /** SIGKILL; resolves when it is gone. Harmless where it is not running. */
  kill(): Promise<void>;
  /** The process that runs now. Throws where there is none. */
  pid(): number;
  /** Neither dead nor answering, until thawed: as on a machine that swaps, or with a disk that hangs. */
  freeze(): void;
  thaw(): void;
}

export interface CordonProcess {
  role: 'server' | 'worker' | 'range' | 'agent' | 'forward';
  args?: readonly string[];
  env: Record<string, string>;
  /** What it says is appended here. */
  logFile: string;
  /** True once it does its work. */
  isReady: () => Promise<boolean>;
}

/** `./cordon <role>`, with its arguments, as a process of its own, which never outlives the test's. */
export function cordonProcess({ role, args = [], env, logFile, isReady }: CordonProcess): Part {
  let running: ChildProcess | null = null;

  return {
    name: role,
    start: async () => {
      if (running !== null) throw new Error(`${role} runs already`);
      const child = launch([role, ...args], env, logFile);
      running = child;
      const isOver = async () => child.exitCode !== null || (await isReady());
      await until(isOver, `${role} is ready`, READY_WITHIN_MS).catch((cause: unknown) => {
        throw new Error(`${role} said last: ${lastWords(logFile)}`, { cause });
      });
      if (child.exitCode !== null) throw new Error(`${role} ended: ${lastWords(logFile)}`);
    },
    kill: async () => {
      const child = running;
      running = null;
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    ...byPid(() => {
      if (running?.pid === undefined) throw new Error(`${role} does not run`);
      return running.pid;
    }),
  };
}

/** What can be done to any process of which only the id is known. */
export function byPid(pid: () => number): Pick<Part, 'pid' | 'freeze' | 'thaw'> {
  return {
    pid,
    freeze: () => void process.kill(pid(), 'SIGSTOP'),
    thaw: () => void process.kill(pid(), 'SIGCONT'),
  };
}

/** Asks until it is so; throws, with what was waited for, when it takes too long. */
export async function until(
  isSo: () => Promise<boolean> | boolean,
  what: string,
  withinMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(ASK_EVERY_MS);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function lastWords(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-LAST_WORDS);
}

function launch(
  args: readonly string[],
  env: Record<string, string>,
  logFile: string,
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  // The range ends when its standard input does; the others do not read it.
  const child = spawn(CORDON, args, { env, stdio: ['pipe', log, log] });
  closeSync(log);
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.removeListener('exit', takeAlong));
  return child;
}
