import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import { pin } from '../subjects/pinned-process.ts';
import type { KnownProcess } from './records.ts';

/** A network namespace that is held open: whatever becomes of its processes, no other has its number. */
export interface NetNamespace {
  /** As `/proc/<pid>/ns/net` names it. */
  id: string;
  fd: number;
  /** Whether it is the one in which the host itself talks. */
  isOfHost: boolean;
}

/** Calls `use` with the network namespaces of the processes, each once. */
export async function withNetNamespaces<T>(
  processes: readonly KnownProcess[],
  use: (namespaces: readonly NetNamespace[]) => Promise<T>,
): Promise<T> {
  const open = new Map<string, NetNamespace>();
  try {
    for (const process of processes) add(open, process);
    return await use([...open.values()]);
  } finally {
    for (const { fd } of open.values()) closeSync(fd);
  }
}

function add(open: Map<string, NetNamespace>, process: KnownProcess): void {
  const fd = openNamespace(process);
  if (fd === null) return;
  const id = `net:[${fstatSync(fd).ino}]`;
  if (open.has(id)) closeSync(fd);
  else open.set(id, { id, fd, isOfHost: OF_HOST.some((path) => id === idOf(path)) });
}

/** Of the first process and of ours, which differ where the agent is itself in a container. */
const OF_HOST = ['/proc/1/ns/net', '/proc/self/ns/net'];

/** Null where it is not ours to look: a first process may have rights that the agent lacks. */
function idOf(path: string): string | null {
  try {
    return `net:[${statSync(path).ino}]`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** Null once the process is gone, whoever has its number by now. */
function openNamespace({ pid, start_time }: KnownProcess): number | null {
  const pinned = pin(pid);
  try {
    if (pinned?.startTime !== start_time) return null;
    return unlessGone(() => openSync(`${pinned.dir}/ns/net`, 'r'));
  } finally {
    pinned?.close();
  }
}
