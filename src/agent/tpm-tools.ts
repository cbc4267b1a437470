import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../domain/fault.ts';
import {
  nothingThere,
  refusedParameter,
  toolFailure,
  tpmFault,
  type ToolFailure,
} from './tpm-fault.ts';

/** A discrete TPM needs a second for a quote and some for a key; one that takes longer than this hangs. */
const TOOL_TIMEOUT_MS = 5_000;

/** At 20 ms to a second each, whoever is behind these would have hung up before its turn. */
const MOST_WAITING = 32;

/** One operation on the TPM: its tools run one after another and share a directory that is gone afterwards. */
export interface Bench {
  run(tool: string, ...args: string[]): Promise<void>;
  /** False where the TPM has nothing at the handle that the tool was given. */
  finds(tool: string, ...args: string[]): Promise<boolean>;
  /** False where the TPM refuses the bytes that the tool was given. */
  accepts(tool: string, ...args: string[]): Promise<boolean>;
  path(name: string): string;
  read(name: string): Promise<Buffer>;
  write(name: string, bytes: Uint8Array): Promise<void>;
}

/** Gives the operation its turn. Throws Faults of `tpmFault`, and `tpm_busy` where too many wait. */
export type AtBench = <T>(operation: (bench: Bench) => Promise<T>) => Promise<T>;

/** A TPM serves one client at a time: operations wait for each other. */
export function openBench(tcti: string): AtBench {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (operation) => {
    if (waiting >= MOST_WAITING) {
      const message = `${MOST_WAITING} operations wait for the TPM`;
      return Promise.reject(new Fault('tpm_busy', message, { retryable: true }));
    }
    waiting += 1;
    const turn = last
      .then(() => inDirectory((directory) => operation(benchIn(directory, tcti))))
      .finally(() => (waiting -= 1));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** The tools set a umask of their own and leave files for the group to read: the directory must keep it out. */
async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tpm-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function benchIn(directory: string, tcti: string): Bench {
  const path = (name: string) => join(directory, name);
  const attempt = async (tool: string, args: string[]) => {
    const env = { PATH: process.env['PATH'], TPM2TOOLS_TCTI: tcti, TSS2_LOG: 'all+NONE' };
    const limits = { timeout: TOOL_TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    try {
      await promisify(execFile)(tool, args, { cwd: directory, env, ...limits });
      return null;
    } catch (error) {
      return toolFailure(tool, error);
    }
  };
  const unless =
    (expected: (failure: ToolFailure) => boolean) =>
    async (tool: string, ...args: string[]) => {
      const failure = await attempt(tool, args);
      if (failure !== null && !expected(failure)) throw tpmFault(failure);
      return failure === null;
    };
  return {
    path,
    run: async (tool, ...args) => void (await unless(() => false)(tool, ...args)),
    finds: unless(nothingThere),
    accepts: unless(refusedParameter),
    read: (name) => readFile(path(name)),
    write: (name, bytes) => writeFile(path(name), bytes, { mode: 0o600 }),
  };
}
