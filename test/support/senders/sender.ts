import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mintToken } from '../../../src/intake/token.ts';
import { eventually } from '../eventually.ts';

/** Characters of what it said that an error quotes. */
const LAST_WORDS = 1_500;

/** A program that others wrote, as it is, which never outlives the test's process. */
export interface Sender {
  /** All that it has said. */
  said(): string;
  stop(): Promise<void>;
}

/** Resolves once it is ready, or throws with its last words. It says all into `log` in the folder. */
export async function startSender(
  folder: string,
  command: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<Sender> {
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'a');
  const { PATH } = process.env;
  const env = { PATH, HOME: folder, NO_PROXY: '*' };
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', log, log] });
  closeSync(log);
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.removeListener('exit', takeAlong));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const said = () => readFileSync(logFile, 'utf8');
  const stop = async () => {
    if (isOver()) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  try {
    await eventually(async () => isOver() || (await isReady().catch(() => false)), Boolean);
    if (isOver()) throw new Error(`${command} has ended`);
  } catch (cause) {
    await stop();
    throw new Error(`${command} said last: ${said().slice(-LAST_WORDS)}`, { cause });
  }
  return { said, stop };
}

/** The file of a source's token, made before Cordon has ever started there, which then takes it as it is. */
export async function tokenFileOf(home: string, source: string): Promise<string> {
  const directory = join(home, 'tokens');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, source);
  await writeFile(file, mintToken(), { mode: 0o600 });
  return file;
}
