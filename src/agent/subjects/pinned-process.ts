import { closeSync, constants, openSync } from 'node:fs';
import type { PinnedProcess } from '../capture/collector.ts';
import { unlessGone } from './gone.ts';
import { readStat } from './process-stat.ts';

/** Holds on to the process that has this number now; null where none has. */
export function pin(pid: number): PinnedProcess | null {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY;
  const fd = unlessGone(() => openSync(`/proc/${pid}`, flags));
  if (fd === null) return null;
  const dir = `/proc/self/fd/${fd}`;
  const stat = readStat(dir);
  if (stat === null) {
    closeSync(fd);
    return null;
  }
  return {
    pid,
    startTime: stat.start_time,
    dir,
    isThere: () => readStat(dir) !== null,
    close: () => closeSync(fd),
  };
}
