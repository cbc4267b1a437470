import type { Findings } from './findings.ts';
import { readMappings, type Mapping } from './mappings.ts';
import { PAGE_BYTES } from './pagemap.ts';
import { isRecoverable, pageRuns, type PageRun, type ScanEnd } from './page-runs.ts';

/** The header of an ELF file counts program headers in 16 bits, one is PT_NOTE, and the last number means "see elsewhere". */
const MOST_RUNS = 65_000;

/** A program header for each page of a scattered heap would cost more than the zeros between them. */
const USUAL_GAP = 16;

/** For a heap that has more runs than that. Wider ones would let a target multiply its memory with zeros at will. */
const WIDEST_GAP = 64;

/** Addresses beyond cannot be told apart as numbers; only a process that asks for them has any. */
const LAST_ADDRESS = Number.MAX_SAFE_INTEGER;

/** The kernel's own pages: reading `[vvar]` gives EIO, `[vsyscall]` is beyond every file offset. */
const OF_KERNEL = new Set(['[vvar]', '[vvar_vclock]', '[vsyscall]']);

interface CoreSource {
  processDir: string;
  pagemap: number;
  isLate(): boolean;
}

/** The runs of a process in order of address, no more than program headers can name. */
export function planRuns(
  source: CoreSource,
  findings: Findings,
): { end: ScanEnd; runs: PageRun[] } {
  let { end, runs } = gather(source, USUAL_GAP);
  if (end === 'too many') {
    findings.note(`gaps of up to ${WIDEST_GAP} pages stand as zeros`);
    ({ end, runs } = gather(source, WIDEST_GAP));
  }
  remarkOn(source.processDir, findings);
  if (end !== 'too many') return { end, runs };
  findings.lower('truncated', `memory in more than ${MOST_RUNS} places`);
  return { end: 'whole', runs };
}

function gather(source: CoreSource, gap: number): { end: ScanEnd | 'too many'; runs: PageRun[] } {
  const runs: PageRun[] = [];
  let mappings = 0;
  for (const mapping of readMappings(source.processDir)) {
    mappings += 1;
    if (isOutOfReach(mapping) || mapping.populated === 0) continue;
    // Absent anonymous memory reads as zeros. An absent page of a file does not, and must not stand as such.
    const allowed = mapping.inode === 0 ? gap : gap - USUAL_GAP;
    const scan = pageRuns(source.pagemap, mapping, { gap: allowed, isLate: source.isLate });
    let step = scan.next();
    for (; step.done !== true; step = scan.next()) {
      if (runs.length === MOST_RUNS) return { end: 'too many', runs };
      runs.push(step.value);
    }
    if (step.value !== 'whole') return { end: step.value, runs };
  }
  return { end: mappings === 0 ? 'gone' : 'whole', runs };
}

function isOutOfReach({ path, end }: Mapping): boolean {
  return OF_KERNEL.has(path) || end > LAST_ADDRESS;
}

function remarkOn(processDir: string, findings: Findings): void {
  for (const mapping of readMappings(processDir)) {
    const { flags } = mapping;
    if (isOutOfReach(mapping))
      findings.note(
        `${OF_KERNEL.has(mapping.path) ? mapping.path : 'the end of the address space'} is not read`,
      );
    else if (flags.includes('io') || flags.includes('pf')) findings.note('a device is not read');
    else if (flags.includes('dd')) findings.note('memory marked MADV_DONTDUMP is kept');
    if (isRecoverable(mapping) && mapping.populated > 0)
      findings.note('pages of a mapped file that were not changed are left out');
  }
}

/** Bytes of the runs in the core. */
export function bytesOf(runs: readonly PageRun[]): number {
  return runs.reduce((sum, { pages }) => sum + pages * PAGE_BYTES, 0);
}
