import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import type { TestCgroup } from './cgroup.ts';
import { eventually } from './eventually.ts';

/** Of each pair one end is the host's, the other the namespace's; TEST-NET-3 (RFC 5737) unless another is named. */
const NETWORK = '203.0.113';
const PORT = 7_007;

const echo = (inside: string) => `
import socket, sys, threading
listener = socket.create_server(('${inside}', ${PORT}))
def serve(peer):
    while data := peer.recv(4096): peer.sendall(data)
print('ready', flush=True)
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

/** A connection to what echoes. */
export interface Dialled {
  /** Whether it is echoed in time. */
  echoes(): Promise<boolean>;
  close(): void;
}

/** A process that echoes in a network namespace of its own, and the host at the other end of a cable. */
export interface NetHost {
  pid: number;
  /** Its address. */
  inside: string;
  /** Null where there is no answer in time. */
  dial(): Promise<Dialled | null>;
  remove(): Promise<void>;
}

/** On a cable of this very machine an answer takes microseconds; what is dropped never comes. */
const WITHIN_MS = 500;

let made = 0;

export async function startNetHost(cgroup: TestCgroup, network = NETWORK): Promise<NetHost> {
  const [outside, within] = [`${network}.1`, `${network}.2`];
  const end = (made += 1);
  const [outer, inner] = [`co${process.pid}-${end}`, `ci${process.pid}-${end}`];
  const script = 'read -r _; exec python3 -c "$0"';
  const child = spawn('unshare', ['--net', 'sh', '-c', script, echo(within)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  cgroup.add(pid);
  await eventually(
    () => netOf(pid),
    (net) => net !== netOf('self'),
  );
  const inside = ['nsenter', `--net=/proc/${pid}/ns/net`];
  run('ip', `link add ${outer} type veth peer name ${inner} netns ${pid}`);
  run('ip', `address add ${outside}/30 dev ${outer}`);
  run('ip', `link set ${outer} up`);
  for (const command of [
    `address add ${within}/30 dev ${inner}`,
    `link set ${inner} up`,
    'link set lo up',
    `route add default via ${outside}`,
  ]) {
    run(...inside, 'ip', command);
  }
  child.stdin.write('\n');
  await once(child.stdout, 'data');
  return { pid, inside: within, dial: () => dial(within), remove: () => remove(child, outer) };
}

function netOf(pid: number | 'self'): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}

/** The words of the last argument are arguments. */
function run(...command: string[]): void {
  const [program = '', ...args] = [...command.slice(0, -1), ...(command.at(-1)?.split(' ') ?? [])];
  execFileSync(program, args);
}

async function dial(host: string): Promise<Dialled | null> {
  const socket = createConnection({ host, port: PORT });
  socket.on('error', () => undefined);
  if (!(await inTime(once(socket, 'connect')))) {
    socket.destroy();
    return null;
  }
  return { echoes: () => echoes(socket), close: () => socket.destroy() };
}

function echoes(socket: Socket): Promise<boolean> {
  const answer = once(socket, 'data');
  socket.write('hello');
  return inTime(answer);
}

function inTime(event: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), WITHIN_MS);
    const settle = (came: boolean) => {
      clearTimeout(timer);
      resolve(came);
    };
    event.then(
      () => settle(true),
      () => settle(false),
    );
  });
}

/** A namespace that has ended keeps its end of the cable for a while: the next one would be called by way of it. */
async function remove(child: ChildProcess, outer: string): Promise<void> {
  spawnSync('ip', ['link', 'delete', outer], { stdio: 'ignore' });
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
