import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import type { CaptureTarget, CollectFrom, PinnedProcess } from './collector.ts';
import { descriptorsOf, tooMany } from './descriptors.ts';
import { jsonLines, type Course } from './json-lines.ts';
import { SOCKET_TABLES, socketRow } from './socket-tables.ts';

/** Tables that are kept as the kernel writes them. */
const PLAIN_TABLES = ['route', 'arp', 'dev'] as const;

const NOTES = [
  'every socket of a network namespace, with those processes of the subject that have it open',
];

interface Namespace {
  id: string;
  pids: number[];
  /** One that is in it: the tables are read below it. */
  witness: PinnedProcess;
}

type Holders = ReadonlyMap<string, readonly { pid: number; fd: number }[]>;

/** One line a namespace, then one for each socket, route, neighbour and device in it. */
export const collectNetwork: CollectFrom = (target) =>
  jsonLines(target, NOTES, function* (course) {
    const holders = holdersOf(target, course);
    for (const namespace of namespacesOf(target)) {
      yield { netns: namespace.id, pids: namespace.pids };
      yield* socketsOf(namespace, holders, course);
      yield* plainTablesOf(namespace, course);
      if (!namespace.witness.isThere())
        course.cutShort(`a process ended while ${namespace.id} was read`);
    }
  });

function holdersOf({ processes }: CaptureTarget, course: Course): Holders {
  const holders = new Map<string, { pid: number; fd: number }[]>();
  for (const pinned of processes) {
    if (course.overdue()) break;
    const { open, truncated } = descriptorsOf(pinned);
    if (truncated) course.cutShort(tooMany(pinned.pid));
    for (const { fd, link } of open) {
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode === undefined) continue;
      const known = holders.get(inode) ?? [];
      holders.set(inode, [...known, { pid: pinned.pid, fd }]);
    }
  }
  return holders;
}

function namespacesOf({ processes }: CaptureTarget): Iterable<Namespace> {
  const namespaces = new Map<string, Namespace>();
  for (const pinned of processes) {
    const id = unlessGone(() => readlinkSync(`${pinned.dir}/ns/net`));
    if (id === null) continue;
    const known = namespaces.get(id);
    if (known === undefined) namespaces.set(id, { id, pids: [pinned.pid], witness: pinned });
    else known.pids.push(pinned.pid);
  }
  return namespaces.values();
}

function* socketsOf({ id, witness }: Namespace, holders: Holders, course: Course) {
  for (const table of SOCKET_TABLES) {
    for (const line of linesOf(witness, table, course)) {
      if (course.overdue()) return;
      const row = socketRow(table, line);
      if (row === null) continue;
      yield { netns: id, table, ...row, processes: holders.get(row.inode) ?? [] };
    }
  }
}

function* plainTablesOf({ id, witness }: Namespace, course: Course) {
  for (const table of PLAIN_TABLES) {
    for (const line of linesOf(witness, table, course)) yield { netns: id, table, line };
  }
}

/** Without the heading. A kernel that has no IPv6 has no table of it. */
function linesOf({ dir }: PinnedProcess, table: string, course: Course): string[] {
  try {
    const text = unlessGone(() => readFileSync(`${dir}/net/${table}`, 'utf8')) ?? '';
    const heading = table === 'dev' ? 2 : 1;
    return text.split('\n').slice(heading).filter(Boolean);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    course.cutShort(`the table ${table} was refused with ${code}`);
    return [];
  }
}
