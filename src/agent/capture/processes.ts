import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import { readStat } from '../subjects/process-stat.ts';
import type { CaptureTarget, CollectFrom, PinnedProcess } from './collector.ts';
import { createDigests, type Digests } from './file-digest.ts';
import { jsonLines, type Course } from './json-lines.ts';
import { redactDocument } from './redact-document.ts';
import { environmentNames, redactArguments } from './redact.ts';

const NOTES = [
  'what looks like a secret was taken out of the arguments',
  'the environment is given by its names, without values',
];

/** Of a container first a line of what its runtime says of it. Then one line a process: what it is, what it may, what it runs, and where each of its threads stands. */
export const collectProcesses: CollectFrom = (target) =>
  jsonLines(target, NOTES, async function* (course) {
    if (target.container !== null) yield* containerRecord(target.container, course);
    const digests = createDigests(course.overdue);
    for (const pinned of target.processes) {
      if (course.overdue()) return;
      yield recordOf(pinned, digests, course);
      if (!pinned.isThere()) course.cutShort(`process ${pinned.pid} ended while it was read`);
    }
  });

async function* containerRecord(
  { id, socket }: NonNullable<CaptureTarget['container']>,
  course: Course,
) {
  const { openEngine } = await import('../docker/engine.ts');
  try {
    const container = await openEngine(socket).inspect(id);
    if (container === null) course.cutShort('the runtime does not know the container any more');
    else yield { container: redactDocument(container) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    course.cutShort(error.message);
  }
}

function recordOf({ pid, startTime, dir }: PinnedProcess, digests: Digests, course: Course) {
  const attempt = <T>(read: () => T) => orRefusal(read, course);
  const text = (name: string) => readFileSync(`${dir}/${name}`, 'utf8');
  return {
    pid,
    start_time: startTime,
    stat: attempt(() => readStat(dir)),
    status: attempt(() => fieldsOf(text('status'))),
    cmdline: attempt(() => redactArguments(stringsOf(text('cmdline')))),
    environ: attempt(() => environmentNames(stringsOf(text('environ')))),
    exe: attempt(() => executableOf(dir, digests)),
    cwd: attempt(() => readlinkSync(`${dir}/cwd`)),
    root: attempt(() => readlinkSync(`${dir}/root`)),
    cgroup: attempt(() => text('cgroup').trimEnd().split('\n')),
    namespaces: attempt(() => namespacesOf(dir)),
    threads: attempt(() => threadsOf(dir)),
    limits: attempt(() => limitsOf(text('limits'))),
  };
}

/** Null once the process is gone, and for a zombie; what the kernel refuses is recorded as its error. */
function orRefusal<T>(read: () => T, course: Course): T | null | { refused: string } {
  try {
    return unlessGone(read);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    course.cutShort(`the kernel refused a part of a process with ${code}`);
    return { refused: code };
  }
}

function fieldsOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const [, name, value] = /^(\w+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(pairs);
}

function stringsOf(text: string): string[] {
  return text.split('\0').filter((string, index, all) => string !== '' || index < all.length - 1);
}

function executableOf(dir: string, digests: Digests) {
  const path = readlinkSync(`${dir}/exe`);
  return {
    path,
    deleted: path.endsWith(' (deleted)'),
    // The link leads to the file itself, also when its name is gone or is another's.
    sha256: digests.of(`${dir}/exe`),
  };
}

function namespacesOf(dir: string): Record<string, string> {
  const names = readdirSync(`${dir}/ns`);
  return Object.fromEntries(names.map((name) => [name, readlinkSync(`${dir}/ns/${name}`)]));
}

function threadsOf(dir: string) {
  return readdirSync(`${dir}/task`).map((tid) => {
    const stat = readStat(`${dir}/task/${tid}`);
    const syscall = unlessGone(() => readFileSync(`${dir}/task/${tid}/syscall`, 'utf8'));
    return {
      tid: Number(tid),
      comm: stat?.comm ?? null,
      state: stat?.state ?? null,
      syscall: syscall?.trim() ?? null,
    };
  });
}

/** Soft and hard, with the unit, by the name of the limit. */
function limitsOf(text: string): Record<string, string[]> {
  const rows = text.trimEnd().split('\n').slice(1);
  return Object.fromEntries(
    rows.map((row) => {
      const [name = '', ...values] = row.trimEnd().split(/\s{2,}/);
      return [name, values];
    }),
  );
}
