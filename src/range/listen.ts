import { chmodSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { Fault } from '../domain/fault.ts';

/** sockaddr_un.sun_path holds 108 bytes with the closing zero; a longer path is cut silently. */
const MAX_SOCKET_PATH_BYTES = 107;

/** Listens on a unix socket that only its owner can open; removes one that nobody answers on. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  refuseLongPath(path);
  if (await answers(path)) {
    const message = `${path} is in use: a practice range is running on this CORDON_HOME`;
    throw new Fault('range_already_running', message, { retryable: false });
  }
  rmSync(path, { force: true });
  await listening(server, { path });
  chmodSync(path, 0o600);
}

/** Loopback only. */
export async function listenOnPort(server: Server, port: number): Promise<void> {
  try {
    await listening(server, { host: '127.0.0.1', port });
  } catch (cause) {
    const message = `127.0.0.1:${port} cannot be listened on by the practice range`;
    throw new Fault('range_port_unavailable', message, { retryable: false, cause });
  }
}

/** Fault `socket_path_too_long`. */
export function refuseLongPath(path: string): void {
  const size = Buffer.byteLength(path);
  if (size <= MAX_SOCKET_PATH_BYTES) return;
  const message = `${path} is ${size} bytes and a socket's path may have ${MAX_SOCKET_PATH_BYTES}: choose a shorter CORDON_HOME`;
  throw new Fault('socket_path_too_long', message, { retryable: false });
}

/** Whether somebody listens on the socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listening(server: Server, where: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
