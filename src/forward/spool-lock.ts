import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import { errorCode, unlessMissing } from './error-code.ts';

/** Two that take an abandoned lock at once see it; a third time would be a loop. */
const MOST_TRIES = 5;

const holderSchema = z.strictObject({
  pid: z.int().positive(),
  /** Which of the processes that had this number: boot and start time; '' where the system does not say. */
  life: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/**
 * Makes this process the only one that works in the directory, until what it gives is called. A lock whose process is dead
 * is taken over. Faults: `spool_in_use`.
 */
export async function lockSpool(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock');
  const mine = JSON.stringify({ pid: process.pid, life: await lifeOf(process.pid) });
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (await create(path, mine)) return () => release(path, mine);
    const text = await unlessMissing(readFile(path, 'utf8'));
    if (text === null) continue;
    const holder = parse(text);
    if (holder !== null && (await isAlive(holder))) throw inUse(directory, holder.pid);
    await removeAbandoned(path, text);
  }
  throw inUse(directory, null);
}

/** The process that works in the directory; null where none does. */
export async function holderOf(directory: string): Promise<number | null> {
  const text = await unlessMissing(readFile(join(directory, 'lock'), 'utf8'));
  const holder = text === null ? null : parse(text);
  return holder !== null && (await isAlive(holder)) ? holder.pid : null;
}

async function create(path: string, mine: string): Promise<boolean> {
  const draft = `${path}.${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(mine);
  } finally {
    await file.close();
  }
  try {
    // Whole, or not at all: nobody ever reads half a lock.
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Moved aside first: what another has put there meanwhile is put back. */
async function removeAbandoned(path: string, text: string): Promise<void> {
  const aside = `${path}.abandoned.${process.pid}`;
  await unlessMissing(rename(path, aside));
  const moved = await unlessMissing(readFile(aside, 'utf8'));
  if (moved !== null && moved !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await unlessMissing(readFile(path, 'utf8'))) === mine) await rm(path, { force: true });
}

function parse(text: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function isAlive({ pid, life }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === 'EPERM' && (await lifeOf(pid)) === life;
  }
  return (await lifeOf(pid)) === life;
}

/** proc(5), stat: what follows the name, field 2, in its parentheses; field 22 is the start time, in ticks since boot. */
async function lifeOf(pid: number): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // One that has ended and waits to be reaped holds nothing.
    return state === 'Z' ? 'ended' : `${boot.trim()} ${fields[18] ?? ''}`;
  } catch {
    return '';
  }
}

function inUse(directory: string, pid: number | null): Fault {
  const by = pid === null ? 'another forwarder' : `process ${pid}`;
  const message = `${directory} is in use by ${by}: each forwarder needs a spool of its own`;
  return new Fault('spool_in_use', message, { retryable: false });
}
