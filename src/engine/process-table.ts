import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** `ps` answers at once; if it does not, the machine has other troubles. */
const PS_TIMEOUT_MS = 5_000;

/** A running process: its parent, and whether `argument` is on its command line. */
export interface Running {
  parent: number;
  hasArgument(argument: string): boolean;
}

/** Looks a process up; null if there is none, or only one that has ended and waits to be reaped. */
export async function lookUpProcess(pid: number): Promise<Running | null> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

async function fromProc(pid: number): Promise<Running | null> {
  try {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name, field 2, is in parentheses and may hold anything; field 4 is the parent.
    const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
    const given = commandLine.split('\0');
    return commandLine === ''
      ? null
      : { parent, hasArgument: (argument) => given.includes(argument) };
  } catch {
    return null;
  }
}

async function fromPs(pid: number): Promise<Running | null> {
  try {
    const options = ['-ww', '-o', 'ppid=,stat=,command=', '-p', String(pid)];
    const { stdout } = await promisify(execFile)('ps', options, { timeout: PS_TIMEOUT_MS });
    const match = /^\s*(\d+)\s+(\S+)\s+(.*)$/s.exec(stdout);
    const [parent, state, commandLine] = match?.slice(1) ?? [];
    if (commandLine === undefined || state?.startsWith('Z')) return null;
    return { parent: Number(parent), hasArgument: (argument) => commandLine.includes(argument) };
  } catch {
    return null;
  }
}
