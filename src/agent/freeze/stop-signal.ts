import { readdirSync } from 'node:fs';
import { unlessGone } from '../subjects/gone.ts';
import { readStat } from '../subjects/process-stat.ts';
import { sendSignal } from '../subjects/send-signal.ts';
import { cameTrue } from './poll.ts';

/** Stopped by a signal, stopped by a tracer, or ended: none of them runs a single instruction. */
const STANDING: readonly string[] = ['T', 't', 'Z', 'X'];

/**
 * SIGSTOP to all that `find` finds, until a whole pass finds no new process and every thread of them stands, or
 * until `giveUpAt`. A chain that forks faster than it is found gets away: only a cgroup's freezer holds that.
 */
export async function stopAll(find: () => readonly number[], giveUpAt: number): Promise<void> {
  const known = new Set<number>();
  await cameTrue(() => {
    const found = find();
    const fresh = found.filter((pid) => !known.has(pid));
    for (const pid of fresh) known.add(pid);
    // Also those that were stopped already: one that was not yet may have sent them SIGCONT.
    const running = found.filter((pid) => !stands(pid));
    for (const pid of running) sendSignal(pid, 'SIGSTOP');
    return fresh.length === 0 && running.length === 0;
  }, giveUpAt);
}

/** SIGCONT to those that SIGSTOP holds: a tracer's are its own affair. Resolves when none is held, or at `giveUpAt`. */
export async function continueAll(find: () => readonly number[], giveUpAt: number): Promise<void> {
  const held = find().filter(isHeld);
  for (const pid of held) sendSignal(pid, 'SIGCONT');
  await cameTrue(() => !held.some(isHeld), giveUpAt);
}

/** Whether the processes are stopped, every thread of them. Where all have ended, nothing is. */
export function areStopped(pids: readonly number[]): boolean {
  const states = pids.flatMap(statesOf);
  return states.some(isStopped) && states.every((state) => STANDING.includes(state));
}

function isStopped(state: string): boolean {
  return state === 'T' || state === 't';
}

function stands(pid: number): boolean {
  return statesOf(pid).every((state) => STANDING.includes(state));
}

function isHeld(pid: number): boolean {
  return statesOf(pid).includes('T');
}

function statesOf(pid: number): string[] {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.flatMap((tid) => readStat(`/proc/${pid}/task/${tid}`)?.state ?? []);
}
