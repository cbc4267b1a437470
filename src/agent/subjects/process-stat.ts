import { readdirSync, readFileSync } from 'node:fs';
import { unlessGone } from './gone.ts';

/** What the kernel says of a process or a thread in its `stat` (proc_pid_stat(5)). Times in clock ticks. */
export interface ProcessStat {
  pid: number;
  comm: string;
  state: string;
  ppid: number;
  process_group: number;
  session: number;
  user_time: string;
  system_time: string;
  threads: number;
  /** Since boot. */
  start_time: string;
}

/** Of the process or thread below this directory; null once it is gone. */
export function readStat(dir: string): ProcessStat | null {
  const text = unlessGone(() => readFileSync(`${dir}/stat`, 'utf8'));
  return text === null ? null : parseStat(text);
}

/** Every process that there is at the moment, by its id. */
export function allProcesses(): Map<number, ProcessStat> {
  const found = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(`/proc/${name}`);
    if (stat !== null) found.set(stat.pid, stat);
  }
  return found;
}

/** A process that has ended and waits for its parent. A leader with live threads looks like one, and is none. */
export function hasEnded({ state, threads }: ProcessStat): boolean {
  return (state === 'Z' && threads <= 1) || state === 'X';
}

export function parseStat(text: string): ProcessStat {
  // A process chooses its own name, with brackets and spaces: only the last bracket is the kernel's.
  const nameEnds = text.lastIndexOf(')');
  const fields = text.slice(nameEnds + 2).split(' ');
  const field = (number: number) => fields[number - FIRST_AFTER_NAME] ?? '';
  return {
    pid: Number.parseInt(text, 10),
    comm: text.slice(text.indexOf('(') + 1, nameEnds),
    state: field(3),
    ppid: Number(field(4)),
    process_group: Number(field(5)),
    session: Number(field(6)),
    user_time: field(14),
    system_time: field(15),
    threads: Number(field(20)),
    start_time: field(22),
  };
}

/** As the manual counts the fields. */
const FIRST_AFTER_NAME = 3;
