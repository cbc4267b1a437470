import { closeSync, openSync } from 'node:fs';
import { arch } from 'node:process';
import { OUT_OF_TIME } from '../../domain/host-capture.ts';
import { errorCode } from '../subjects/gone.ts';
import { readStat } from '../subjects/process-stat.ts';
import type { Collected, CollectFrom, CaptureTarget, PinnedProcess } from './collector.ts';
import { memoryOf } from './core-memory.ts';
import { coreNotes } from './core-notes.ts';
import { planRuns } from './core-plan.ts';
import { coreHead, coreSize } from './elf-core.ts';
import { startFindings, type Findings } from './findings.ts';
import { isPast } from './is-past.ts';
import type { PageRun, ScanEnd } from './page-runs.ts';
import { TAR_TYPE, tarEnd, tarEntry } from './tar-entry.ts';
import { unhurried } from './unhurried.ts';
import { zeros } from './zeros.ts';

const CORE_TYPE = 'application/x-core';

interface Core {
  pid: number;
  head: Buffer;
  runs: readonly PageRun[];
  size: number;
  source: { pagemap: number; mem: number; isLate(): boolean };
}

/** An ELF core of the only process, or a tar of `core.<pid>` for several: the pages that are there, and no others. */
export const collectMemory: CollectFrom = (target): Collected => {
  const findings = startFindings();
  const { processes } = target;
  if (arch !== 'x64') findings.lower('unsupported', `no cores of ${arch}`);
  const chunks = processes.length === 1 ? onlyCore : coresInTar;
  return {
    mediaType: processes.length === 1 ? CORE_TYPE : TAR_TYPE,
    bytes: unhurried(arch === 'x64' ? chunks(target, findings) : []),
    verdict: findings.verdict,
  };
};

function* onlyCore(target: CaptureTarget, findings: Findings): Generator<Uint8Array> {
  for (const process of target.processes) {
    const end = yield* withCore(process, target.deadlineMs, findings, coreBytes);
    const trouble = troubleOf(end);
    if (trouble !== null) findings.lower(end === 'late' ? 'truncated' : 'failed', trouble);
  }
}

function* coresInTar(target: CaptureTarget, findings: Findings): Generator<Uint8Array> {
  const { processes, deadlineMs } = target;
  let whole = 0;
  let trouble: string | null = null;
  for (const process of processes) {
    const end = yield* withCore(process, deadlineMs, findings, inTar);
    if (end === 'whole') whole += 1;
    else trouble ??= `core.${process.pid}: ${troubleOf(end)}`;
    // The entry may have been broken off: nothing that follows could be found.
    if (end === 'late') break;
  }
  if (!isPast(deadlineMs)) yield tarEnd();
  if (processes.length === 0) findings.lower('failed', 'no process');
  else if (trouble !== null) findings.lower(whole === 0 ? 'failed' : 'truncated', trouble);
}

type CoreEnd = ScanEnd | 'forbidden';

function troubleOf(end: CoreEnd): string | null {
  switch (end) {
    case 'whole':
      return null;
    case 'gone':
      return 'exited';
    case 'late':
      return OUT_OF_TIME;
    case 'forbidden':
      return 'the kernel does not let its memory be read';
  }
}

type Writer = (core: Core, findings: Findings) => Generator<Uint8Array, ScanEnd>;

/** Plans the core and has it written. A process that ends in between has not ended well, whatever was read. */
function* withCore(
  process: PinnedProcess,
  deadlineMs: number,
  findings: Findings,
  write: Writer,
): Generator<Uint8Array, CoreEnd> {
  const files: number[] = [];
  try {
    for (const name of ['pagemap', 'mem']) files.push(openSync(`${process.dir}/${name}`, 'r'));
    const [pagemap = -1, mem = -1] = files;
    const source = { pagemap, mem, isLate: () => isPast(deadlineMs) };
    const { end, runs } = planRuns({ ...source, processDir: process.dir }, findings);
    if (end !== 'whole') return end;
    const stat = readStat(process.dir);
    if (stat === null) return 'gone';
    const head = coreHead(coreNotes(process.dir, stat, findings), runs);
    const core = { pid: process.pid, head, runs, size: coreSize(head, runs), source };
    const written = yield* write(core, findings);
    return written === 'whole' && !process.isThere() ? 'gone' : written;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH' || code === 'ENOENT') return 'gone';
    if (code === 'EACCES' || code === 'EPERM') return 'forbidden';
    throw error;
  } finally {
    files.forEach(closeSync);
  }
}

function* coreBytes(
  { head, runs, source }: Core,
  findings: Findings,
): Generator<Uint8Array, ScanEnd> {
  yield head;
  return yield* memoryOf(source, runs, findings);
}

/** The header promises a size: what the process took with it stands as zeros, and the verdict says so. */
function* inTar(core: Core, findings: Findings): Generator<Uint8Array, ScanEnd> {
  let missing = core.size;
  let end: ScanEnd = 'whole';
  function* body() {
    const chunks = coreBytes(core, findings);
    for (let step = chunks.next(); ; step = chunks.next()) {
      if (step.done === true) {
        end = step.value;
        break;
      }
      missing -= step.value.length;
      yield step.value;
    }
    if (end === 'gone') yield* zeros(missing, core.source.isLate);
  }
  yield* tarEntry({ name: `core.${core.pid}`, type: 'file', size: core.size }, body());
  return end;
}
