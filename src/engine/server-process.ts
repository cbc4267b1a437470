import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findExecutable } from './executable.ts';

/** The server needs a second or two to close its data file; it loses nothing by SIGKILL, which follows. */
const TERM_LIMIT_MS = 10_000;

/** At log level warn this is weeks; one previous file of the same size is kept. */
const LOG_LIMIT_BYTES = 8 * 1024 * 1024;

const PROBE_TIMEOUT_MS = 5_000;

/** A running server. `exited` resolves with a phrase for the log, never rejects. */
export interface ServerProcess {
  pid: number;
  exited: Promise<string>;
  /** SIGTERM, and SIGKILL if that is not enough; resolves when the process is gone. */
  end(): Promise<void>;
}

/**
 * Starts the server apart from our terminal, so that Ctrl-C reaches us alone and we stop things in order,
 * and bound to our life where the system can do that. Its output goes to a file: a pipe would break when we die.
 */
export async function startServerProcess(
  command: string,
  args: readonly string[],
  logFile: string,
): Promise<ServerProcess> {
  const binding = await parentDeathBinding();
  const [program = command, ...given] = [...binding, command, ...args];
  const log = await openLog(logFile);
  try {
    const child = spawn(program, given, { detached: true, stdio: ['ignore', log.fd, log.fd] });
    const exited = exit(child);
    if (child.pid === undefined) throw new Error(await exited);
    return { pid: child.pid, exited, end: () => end(child, exited) };
  } finally {
    await log.close();
  }
}

/** Linux can send a process a signal when its parent dies, by whatever hand; elsewhere the next start finds it. */
async function parentDeathBinding(): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const setpriv = await findExecutable('setpriv', process.env);
  if (setpriv === null) return [];
  const binding = [setpriv, '--pdeathsig', 'TERM'];
  try {
    // Smaller implementations of setpriv lack the option.
    await promisify(execFile)(setpriv, [...binding.slice(1), 'true'], {
      timeout: PROBE_TIMEOUT_MS,
    });
    return binding;
  } catch {
    return [];
  }
}

function exit(child: ChildProcess): Promise<string> {
  // Our own orderly end without stop(), as by an uncaught error, takes the server along on every system.
  const takeAlong = () => child.kill('SIGTERM');
  process.once('exit', takeAlong);
  return new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => process.removeListener('exit', takeAlong));
}

async function end(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), TERM_LIMIT_MS);
  await exited;
  clearTimeout(impatience);
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}
