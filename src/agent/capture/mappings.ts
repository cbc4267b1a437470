import { readLines } from './read-lines.ts';

/** A mapping of a process, as /proc/<pid>/smaps has it. Addresses in bytes. */
export interface Mapping {
  start: number;
  end: number;
  /** `rwxp` or `rwxs` */
  permissions: string;
  /** In the mapped file, in bytes. */
  offset: number;
  inode: number;
  /** One character a byte; '' for anonymous memory. */
  path: string;
  /** KiB that are in memory or in swap. */
  populated: number;
  /** Of `VmFlags`: `dd` for MADV_DONTDUMP, `io` and `pf` for devices. */
  flags: readonly string[];
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ (\d+) *(.*)$/;

/** Pages of huge tables are not in Rss. */
const POPULATED = /^(?:Rss|Swap|Shared_Hugetlb|Private_Hugetlb): +(\d+) kB$/;

/**
 * The mappings in order of address. smaps rather than maps: it tells an empty reservation, of which there may be
 * terabytes, without a word of pagemap for each of its pages.
 */
export function* readMappings(processDir: string): Generator<Mapping> {
  let mapping: Mapping | null = null;
  for (const line of readLines(`${processDir}/smaps`)) {
    const head = HEAD.exec(line);
    if (head !== null) {
      if (mapping !== null) yield mapping;
      mapping = mappingOf(head);
    } else if (mapping !== null) addDetail(mapping, line);
  }
  if (mapping !== null) yield mapping;
}

function mappingOf(head: RegExpExecArray): Mapping {
  const [, start = '', end = '', permissions = '', offset = '', inode = '', path = ''] = head;
  return {
    start: Number.parseInt(start, 16),
    end: Number.parseInt(end, 16),
    permissions,
    offset: Number.parseInt(offset, 16),
    inode: Number(inode),
    path,
    populated: 0,
    flags: [],
  };
}

function addDetail(mapping: Mapping, line: string): void {
  const populated = POPULATED.exec(line)?.[1];
  if (populated !== undefined) mapping.populated += Number(populated);
  if (line.startsWith('VmFlags:')) mapping.flags = line.slice(8).trim().split(' ');
}
