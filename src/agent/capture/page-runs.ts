import type { Mapping } from './mappings.ts';
import { PAGE_BYTES, readPageStates } from './pagemap.ts';

/** Pages that follow each other, with gaps no wider than allowed. */
export interface PageRun {
  address: number;
  pages: number;
  permissions: string;
}

export interface ScanOptions {
  /** Pages that are not there and may stand between two that are. */
  gap: number;
  isLate(): boolean;
}

/** Why a scan ended: at the end of the mapping, at the deadline, or because the process has no memory any more. */
export type ScanEnd = 'whole' | 'late' | 'gone';

/** The runs of a mapping that are to be kept, in order. */
export function* pageRuns(
  pagemap: number,
  mapping: Mapping,
  { gap, isLate }: ScanOptions,
): Generator<PageRun, ScanEnd> {
  const { permissions } = mapping;
  let run: PageRun | null = null;
  for (let address = mapping.start; address < mapping.end;) {
    if (isLate()) return 'late';
    const states = readPageStates(pagemap, address, (mapping.end - address) / PAGE_BYTES);
    if (states.count === 0) return 'gone';
    for (let page = 0; page < states.count; page += 1, address += PAGE_BYTES) {
      if (!states.isThere(page) || (isRecoverable(mapping) && states.isOfFile(page))) continue;
      const distance: number = run === null ? 0 : (address - run.address) / PAGE_BYTES - run.pages;
      if (run !== null && distance <= gap) run.pages += distance + 1;
      else {
        if (run !== null) yield run;
        run = { address, pages: 1, permissions };
      }
    }
  }
  if (run !== null) yield run;
  return 'whole';
}

/** Unchanged pages of a file that can still be opened by its name; a deleted one exists nowhere else. */
export function isRecoverable({ permissions, inode, path }: Mapping): boolean {
  return permissions.endsWith('p') && inode !== 0 && !path.endsWith(' (deleted)');
}
