import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** An RSA key is found in a second or two; whatever takes longer hangs. */
const TOOL_TIMEOUT_MS = 20_000;
const READY_WITHIN_MS = 5_000;

/** A software TPM with a directory of its own, in which the tools run and leave their files. */
export interface RecordingTpm {
  directory: string;
  /** Runs `tpm2_<tool>` and gives what it prints; rejects with what it complains of. */
  run: (tool: string, ...args: string[]) => Promise<string>;
  /** Sends one command as it is, and gives the response as it is. */
  raw: (command: Uint8Array) => Promise<Buffer>;
  /** `swtpm_ioctl`, which does to the TPM what a mainboard does. */
  ioctl: (...args: string[]) => Promise<unknown>;
  read: (file: string) => Buffer;
  write: (file: string, bytes: Uint8Array) => void;
  stop: () => Promise<void>;
}

/** `startup` false leaves TPM2_Startup to the caller; `prepare` may manufacture the TPM in its directory first. */
export async function startTpm({
  startup = true,
  prepare = async () => {},
}: {
  startup?: boolean;
  prepare?: (directory: string) => Promise<void>;
} = {}): Promise<RecordingTpm> {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-tpm-'));
  const socket = join(directory, 'tpm.sock');
  const env = {
    PATH: process.env['PATH'],
    TPM2TOOLS_TCTI: `swtpm:path=${socket}`,
    TSS2_LOG: 'all+NONE',
  };
  const options = { cwd: directory, env, timeout: TOOL_TIMEOUT_MS };
  const execute = promisify(execFile);
  await prepare(directory);
  const daemon = launch(directory, socket, startup);
  await ready(daemon, socket);
  return {
    directory,
    run: async (tool, ...args) => (await execute(`tpm2_${tool}`, args, options)).stdout,
    raw: (command) => exchange(socket, command),
    ioctl: (...args) => execute('swtpm_ioctl', ['--unix', `${socket}.ctrl`, ...args], options),
    read: (file) => readFileSync(join(directory, file)),
    write: (file, bytes) => writeFileSync(join(directory, file), bytes),
    stop: async () => {
      await killed(daemon);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function launch(directory: string, socket: string, startup: boolean): ChildProcess {
  const flags = startup ? 'not-need-init,startup-clear' : 'not-need-init';
  const args = ['socket', '--tpm2', '--tpmstate', `dir=${directory}`, '--flags', flags];
  const server = ['--server', `type=unixio,path=${socket}`];
  const control = ['--ctrl', `type=unixio,path=${socket}.ctrl`];
  const daemon = spawn('swtpm', [...args, ...server, ...control], { stdio: 'ignore' });
  const takeAlong = () => daemon.kill('SIGKILL');
  process.once('exit', takeAlong);
  daemon.once('exit', () => process.removeListener('exit', takeAlong));
  return daemon;
}

async function ready(daemon: ChildProcess, socket: string): Promise<void> {
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  while (!existsSync(`${socket}.ctrl`) || !existsSync(socket)) {
    if (performance.now() > giveUpAt) {
      await killed(daemon);
      throw new Error('swtpm does not come up');
    }
    await pause(5);
  }
}

async function killed(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = once(daemon, 'exit');
  daemon.kill('SIGKILL');
  await gone;
}

/** The TPM serves one client at a time, so that the connection is gone before this returns. */
async function exchange(path: string, command: Uint8Array): Promise<Buffer> {
  const socket = createConnection({ path });
  socket.setTimeout(TOOL_TIMEOUT_MS, () => socket.destroy(new Error('the TPM does not answer')));
  const closed = once(socket, 'close');
  try {
    socket.write(command);
    let response = Buffer.alloc(0);
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      response = Buffer.concat([response, chunk]);
      if (response.length >= 6 && response.length >= response.readUInt32BE(2)) break;
    }
    return response;
  } finally {
    socket.destroy();
    await closed;
  }
}
