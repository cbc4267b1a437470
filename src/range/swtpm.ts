import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Fault } from '../domain/fault.ts';
import { answers, refuseLongPath } from './listen.ts';
import { onPath } from './on-path.ts';

/** It listens after some 20 ms, and ends as fast; this is for a busy machine. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 10;

/** For a tool that talks to it. */
const TOOL_TIMEOUT_MS = 5_000;

/** The emulator on a pair of sockets: commands on the first, power and reset on the second. */
export interface Swtpm {
  socket: string;
  /** As the reset line of a board: what the TPM holds in memory is gone. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the TPM whose state is in the directory, powered up. Fault `software_tpm_failed`. */
export async function startSwtpm(state: string, socket: string): Promise<Swtpm> {
  const control = `${socket}.ctrl`;
  refuseLongPath(control);
  await endOrphan(control);
  const child = launch(state, socket, control);
  const ended = childEnds(child);
  try {
    await until(async () => {
      if (child.exitCode !== null || child.pid === undefined) throw failed('ended at its start');
      return (await answers(control)) && (await answers(socket));
    }, 'does not listen');
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
  return {
    socket,
    reset: () => tell(control, '-i'),
    stop: async () => {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), TOOL_TIMEOUT_MS);
      await ended;
      clearTimeout(impatience);
    },
  };
}

/** One that outlived its range still holds the state. The range's own sockets keep a second range from here. */
async function endOrphan(control: string): Promise<void> {
  if (!(await answers(control))) return;
  await tell(control, '-s');
  await until(async () => !(await answers(control)), 'of a range before does not end');
}

function launch(state: string, socket: string, control: string): ChildProcess {
  const sockets = [
    '--server',
    `type=unixio,path=${socket}`,
    '--ctrl',
    `type=unixio,path=${control}`,
  ];
  // Powered and started up, or every command would fail until somebody does it.
  const swtpm = ['swtpm', 'socket', '--tpm2', '--flags', 'not-need-init,startup-clear', ...sockets];
  // So that it dies with us by whatever hand, where the system can do that.
  const binding = onPath('setpriv') === null ? [] : ['setpriv', '--pdeathsig', 'KILL'];
  const [program, ...args] = [...binding, ...swtpm, '--tpmstate', `dir=${state}`];
  return spawn(program, args, { stdio: 'ignore', detached: true });
}

function childEnds(child: ChildProcess): Promise<unknown> {
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  return once(child, 'exit')
    .catch(() => undefined)
    .finally(() => process.removeListener('exit', takeAlong));
}

async function tell(control: string, order: '-i' | '-s'): Promise<void> {
  const args = ['--unix', control, order];
  try {
    await promisify(execFile)('swtpm_ioctl', args, { timeout: TOOL_TIMEOUT_MS });
  } catch (cause) {
    throw failed('does not do as it is told', cause);
  }
}

async function until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw failed(otherwise);
    await delay(LOOK_EVERY_MS);
  }
}

function failed(what: string, cause?: unknown): Fault {
  const message = `the software TPM of the practice host ${what}`;
  return new Fault('software_tpm_failed', message, { retryable: false, cause });
}
