import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Fault } from '../../domain/fault.ts';
import { errorCode } from '../subjects/gone.ts';
import type { NetNamespace } from './net-namespaces.ts';

/** Each of them talks to the kernel alone, in a few milliseconds. */
const TIMEOUT_MS = 5_000;

/** Our table has a few KB. What the subject adds to it is not read to its end. */
const MOST_CHARS = 1024 * 1024;

/** What a program said; `code` is null where it was killed. */
export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program in a network namespace and in nothing else of the subject. Fault `nsenter_missing`, not retryable,
 * where the host has no nsenter (util-linux).
 */
export async function runIn(
  { fd }: NetNamespace,
  program: string,
  args: readonly string[],
): Promise<Said> {
  // By our own descriptor: the number of a process could be another's by now.
  const child = spawn('nsenter', ['--net=/proc/self/fd/3', program, ...args], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe', fd],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(errorCode(error) === 'ENOENT' ? missing(error) : error));
    child.once('close', resolve);
  });
  const said = (stream: Readable | null) => textOf(stream, () => child.kill('SIGKILL'));
  const [stdout, stderr, ended] = await Promise.all([said(child.stdout), said(child.stderr), code]);
  return { code: ended, stdout, stderr };
}

async function textOf(stream: Readable | null, giveUp: () => unknown): Promise<string> {
  let text = '';
  for await (const chunk of stream?.setEncoding('utf8') ?? []) {
    text += chunk as string;
    if (text.length > MOST_CHARS) giveUp();
  }
  return text;
}

function missing(cause: unknown): Fault {
  const message = 'nsenter of util-linux is needed to make rules in a network namespace';
  return new Fault('nsenter_missing', message, { retryable: false, cause });
}
