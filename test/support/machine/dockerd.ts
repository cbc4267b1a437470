import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { eventually } from '../eventually.ts';
import type { Missing } from '../missing.ts';
import type { Need } from './needing.ts';

const STARTED_WITHIN_MS = 60_000;

const BUSYBOX = '/bin/busybox';

/** What the containers of the tests call. */
const APPLETS = ['sh', 'sleep', 'cat', 'echo', 'nc', 'touch', 'mkdir'];

export const IMAGE = 'cordon-test-busybox:1';

/** A Docker engine of its own below a temporary directory, with one image and without a registry. */
export const dockerd: Need = async (project) => {
  const why = whyNone();
  if (why !== null) return missing(why);
  const folder = mkdtempSync(join(tmpdir(), 'd-'));
  const cgroup = `/cordon-dockerd-${process.pid}`;
  const socket = join(folder, 's');
  const daemon = launch(folder, socket, cgroup);
  const stop = () => tidyUp(daemon, folder, cgroup);
  try {
    const docker = new Docker({ socketPath: socket });
    await eventually(
      async () => daemon.exitCode !== null || (await isUp(docker)),
      (isOver) => isOver,
      STARTED_WITHIN_MS,
    );
    await importImage(docker, folder);
  } catch {
    const [last = ''] = readFileSync(join(folder, 'log'), 'utf8').trimEnd().split('\n').slice(-1);
    await stop();
    return missing(`it does not start: ${last}`);
  }
  project.provide('dockerd', { socket, cgroup });
  return stop;
};

function missing(why: string): Missing {
  const remedy = 'apt-get install -y --no-install-recommends docker.io busybox-static nftables';
  return { what: 'a Docker engine of its own', why, remedy };
}

function whyNone(): string | null {
  for (const program of ['dockerd', 'containerd', 'runc', 'nft', 'nsenter']) {
    if (!isOnPath(program)) return `${program} is not on PATH`;
  }
  if (!existsSync(BUSYBOX)) return `there is no ${BUSYBOX}`;
  // In an image of one file there is nothing that it could load; ldd fails where nothing is to be loaded.
  return isStatic(BUSYBOX) ? null : `${BUSYBOX} is not a static program`;
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => existsSync(join(folder, program)));
}

function isStatic(program: string): boolean {
  try {
    execFileSync('ldd', [program], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}

function launch(folder: string, socket: string, cgroup: string): ChildProcess {
  const log = openSync(join(folder, 'log'), 'a');
  const where = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const apart = ['--pidfile', join(folder, 'pid'), '--cgroup-parent', cgroup];
  const withoutHost = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
  const daemon = spawn('dockerd', [...where, ...apart, ...withoutHost, '-H', `unix://${socket}`], {
    stdio: ['ignore', log, log],
  });
  const takeAlong = () => daemon.kill('SIGKILL');
  process.once('exit', takeAlong);
  daemon.once('exit', () => process.removeListener('exit', takeAlong));
  return daemon;
}

async function isUp(docker: Docker): Promise<boolean> {
  return docker.ping().then(
    () => true,
    () => false,
  );
}

async function importImage(docker: Docker, folder: string): Promise<void> {
  const bin = join(folder, 'image', 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(BUSYBOX, join(bin, 'busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(bin, applet));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['-C', join(folder, 'image'), '-cf', archive, '.']);
  const [repo, tag] = IMAGE.split(':');
  const stream = await docker.importImage(archive, { repo, tag });
  stream.resume();
  await once(stream, 'end');
}

async function tidyUp(daemon: ChildProcess, folder: string, cgroup: string): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const gone = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await gone;
  }
  for (const mount of mountsBelow(folder)) execFileSync('umount', ['--lazy', mount]);
  rmSync(folder, { recursive: true, force: true });
  // One in every hierarchy that is mounted.
  for (const directory of globSync(`/sys/fs/cgroup{,/*}${cgroup}`)) removeTree(directory);
}

function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? []);
  return points.filter((point) => point.startsWith(`${folder}/`)).toReversed();
}

function removeTree(directory: string): void {
  for (const inner of globSync(`${directory}/*/`)) removeTree(inner);
  rmdirSync(directory);
}
