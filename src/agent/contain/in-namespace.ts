import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '../../domain/fault.ts';
import { errorCode } from '../subjects/gone.ts';
import type { NetNamespace } from './net-namespaces.ts';

/** Each of them talks to the kernel alone, in a few milliseconds. */
const TIMEOUT_MS = 5_000;

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
  const said = (stream: Readable | null) => (stream === null ? '' : text(stream));
  const [stdout, stderr, ended] = await Promise.all([said(child.stdout), said(child.stderr), code]);
  return { code: ended, stdout, stderr };
}

function missing(cause: unknown): Fault {
  const message = 'nsenter of util-linux is needed to isolate a network namespace';
  return new Fault('nsenter_missing', message, { retryable: false, cause });
}
