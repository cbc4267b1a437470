import { spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownPorts } from './own-ports.ts';

/** Where Debian keeps the programs of each version. */
const DEBIAN = '/usr/lib/postgresql';

const READY_WITHIN_MS = 20_000;

export type PrivatePostgres = { url: string; stop: () => Promise<void> } | { missing: string };

/** Starts a PostgreSQL of our own: data in a temporary directory, a free port on loopback, no durability. */
export async function startPostgres(): Promise<PrivatePostgres> {
  const programs = await findPrograms();
  if (programs === undefined) return { missing: 'PostgreSQL (apt-get install -y postgresql)' };
  const user = await unprivilegedUser();
  if (user === undefined) return { missing: 'a user "postgres" to run PostgreSQL as' };

  const directory = await mkdtemp(join(tmpdir(), 'cordon-postgres-'));
  const as = user === 'ourselves' ? {} : user;
  if (user !== 'ourselves') await chown(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const init = ['-D', data, '-U', 'cordon', '--auth=trust', '--locale=C.UTF-8', '--no-sync'];
  await run(join(programs, 'initdb'), init, as);

  const [port = 0] = await ownPorts(1);
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    'fsync=off',
  ];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(programs, 'postgres'), args, { ...as, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    server.kill('SIGINT'); // fast shutdown: clients are told and dropped
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(join(programs, 'pg_isready'), port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `postgres://cordon@127.0.0.1:${port}/postgres`, stop };
}

async function findPrograms(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(DEBIAN, newest, 'bin');
}

/** PostgreSQL refuses to run as root. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | 'ourselves' | undefined> {
  if (process.getuid?.() !== 0) return 'ourselves';
  const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function idOf(which: '-u' | '-g'): Promise<number | undefined> {
  const output = await run('id', [which, 'postgres'], {}).catch(() => undefined);
  return output === undefined ? undefined : Number(output.trim());
}

function run(program: string, args: string[], as: { uid?: number; gid?: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...as, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}: ${output}`)),
    );
  });
}

async function untilReady(isReady: string, port: number): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const args = ['-q', '-h', '127.0.0.1', '-p', String(port), '-d', 'postgres'];
  while (Date.now() < deadline) {
    const ready = await run(isReady, args, {}).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await sleep(50);
  }
  throw new Error(`PostgreSQL did not accept connections within ${READY_WITHIN_MS} ms`);
}
