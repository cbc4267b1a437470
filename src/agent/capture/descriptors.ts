import { readdirSync, readlinkSync } from 'node:fs';
import { unlessGone } from '../subjects/gone.ts';
import type { PinnedProcess } from './collector.ts';

/** Each costs some 30 µs with its details; whoever opens a hundred thousand would use up the time of everything else. */
export const MOST_DESCRIPTORS = 10_000;

export interface Descriptors {
  open: { fd: number; link: string }[];
  /** There were more than `MOST_DESCRIPTORS`. */
  truncated: boolean;
}

/** What a process has open, by the name that the kernel gives it. Nothing is opened. */
export function descriptorsOf({ dir }: PinnedProcess): Descriptors {
  const names = (unlessGone(() => readdirSync(`${dir}/fd`)) ?? []).map(Number);
  const first = names.toSorted((one, other) => one - other).slice(0, MOST_DESCRIPTORS);
  const open = first.flatMap((fd) => {
    const link = unlessGone(() => readlinkSync(`${dir}/fd/${fd}`));
    return link === null ? [] : { fd, link };
  });
  return { open, truncated: names.length > MOST_DESCRIPTORS };
}

export function tooMany(pid: number): string {
  return `process ${pid} has more than ${MOST_DESCRIPTORS} descriptors`;
}
