import { closeSync, fstatSync, openSync } from 'node:fs';
import { OUT_OF_TIME } from '../../domain/host-capture.ts';
import { errorCode, unlessGone } from '../subjects/gone.ts';
import type { Engine } from '../docker/engine.ts';
import { lastFrames } from '../docker/last-frames.ts';
import type { CaptureTarget, PinnedProcess } from './collector.ts';
import { fileBody } from './file-body.ts';
import type { Findings } from './findings.ts';
import { collectWithRuntime, type RuntimeEntry } from './from-runtime.ts';
import { isPast } from './is-past.ts';
import { readMounts } from './mountinfo.ts';
import { O_PATH, openToRead } from './open-at.ts';
import { outputPlace, type OutputPlace } from './output-place.ts';
import { tarEnd, tarEntry } from './tar-entry.ts';
import { headerOf } from './tree-header.ts';
import { indexEntry } from './tree-index.ts';

/** Some days of what a talkative agent says, and more than anybody reads. */
export const MOST_LOG_BYTES = 16 * 1024 * 1024;

/** Processes of a subject share their outputs, or have one each. */
const MOST_LOGS = 64;

/** What the index says of more would not be read either. */
const MOST_PROCESSES = 1_000;

const OUTPUTS = [
  { fd: 1, name: 'stdout' },
  { fd: 2, name: 'stderr' },
] as const;

interface Output extends OutputPlace {
  pid: number;
  fd: number;
  /** Its entry in the archive; null where nothing was taken. */
  entry: string | null;
  /** From where on it was taken, in bytes. */
  from: number;
}

/**
 * The last 16 MiB of every file that stdout and stderr lead to, and where the others lead; of a container before that
 * what its runtime has of them. A tar with an index.
 */
export const collectLogs = collectWithRuntime(runtimeLogs, archive);

/** As the runtime sends it: in frames of stdout and stderr, with the time of each line. */
async function runtimeLogs(engine: Engine, id: string, findings: Findings): Promise<RuntimeEntry> {
  const facts = await engine.inspect(id);
  const stream = await engine.logs(id);
  const { bytes, leftOut } = await lastFrames(stream, facts?.Config.Tty !== true, MOST_LOG_BYTES);
  if (leftOut > 0)
    findings.lower('truncated', `only the last ${MOST_LOG_BYTES} bytes of the runtime's log`);
  if (facts?.LogPath) findings.note(`the runtime keeps its log in ${facts.LogPath}`);
  return { name: 'runtime-log', bytes };
}

function* archive(
  target: CaptureTarget,
  findings: Findings,
  hasRuntimeLog: boolean,
): Generator<Uint8Array> {
  const outputs: Output[] = [];
  const taken = new Map<string, Output>();
  if (target.processes.length > MOST_PROCESSES) findings.lower('truncated', 'too many processes');
  for (const process of target.processes.slice(0, MOST_PROCESSES)) {
    for (const output of outputsOf(process)) {
      outputs.push(output);
      if (output.kind !== 'file') continue;
      const same = taken.get(output.identity);
      if (same !== undefined) Object.assign(output, { entry: same.entry, from: same.from });
      else if (taken.size >= MOST_LOGS) findings.lower('truncated', `more than ${MOST_LOGS} files`);
      else if (isPast(target.deadlineMs)) findings.lower('truncated', OUT_OF_TIME);
      else if (yield* logOf(process, output, findings)) taken.set(output.identity, output);
    }
  }
  yield* indexEntry(`${JSON.stringify({ outputs }, null, 1)}\n`);
  yield tarEnd();
  judge(target, { outputs, taken: taken.size + Number(hasRuntimeLog) }, findings);
}

function outputsOf(process: PinnedProcess): Output[] {
  const mounts = unlessGone(() => readMounts(process.dir)) ?? [];
  return OUTPUTS.map(({ fd }) => {
    const place = outputPlace(process.dir, fd, mounts);
    return { pid: process.pid, fd, entry: null, from: 0, ...place };
  });
}

/** Writes the entry, by the descriptor of the process: its path may mean another file here. False where it cannot be read. */
function* logOf(
  process: PinnedProcess,
  output: Output,
  findings: Findings,
): Generator<Uint8Array, boolean> {
  const file = openLog(`${process.dir}/fd/${output.fd}`, output, findings);
  if (file === null) return false;
  try {
    const stat = fstatSync(file, { bigint: true });
    const whole = Number(stat.size);
    const from = Math.max(0, whole - MOST_LOG_BYTES);
    const name = OUTPUTS.find(({ fd }) => fd === output.fd)?.name ?? '';
    Object.assign(output, { entry: `${process.pid}-${name}`, from, size: whole });
    if (from > 0) findings.lower('truncated', `only the last ${MOST_LOG_BYTES} bytes of a file`);
    const size = whole - from;
    const header = headerOf(`${process.pid}-${name}`, stat, { size, link: '', kind: null });
    const shrank = yield* bodyOf(header, file, { from, size });
    if (shrank) findings.lower('truncated', 'a file shrank while it was read');
    return true;
  } finally {
    closeSync(file);
  }
}

function* bodyOf(
  header: ReturnType<typeof headerOf>,
  file: number,
  part: { from: number; size: number },
): Generator<Uint8Array, boolean> {
  let read = 0;
  function* body() {
    read = yield* fileBody(file, part);
  }
  yield* tarEntry(header, body());
  return read < part.size;
}

/** Null, and said, where it is another file by now, or not to be read. */
function openLog(path: string, { identity }: Output, findings: Findings): number | null {
  try {
    const looked = openSync(path, O_PATH);
    try {
      const { dev, ino } = fstatSync(looked, { bigint: true });
      if (`${dev}:${ino}` === identity) return openToRead(looked);
    } finally {
      closeSync(looked);
    }
    findings.lower('truncated', 'an output was replaced while it was looked at');
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    findings.lower('truncated', `an output could not be read: ${code}`);
  }
  return null;
}

/** An archive without a log is no success, whatever its index says. */
function judge(
  { processes }: CaptureTarget,
  { outputs, taken }: { outputs: readonly Output[]; taken: number },
  findings: Findings,
): void {
  if (outputs.some(({ kind }) => kind === 'served'))
    findings.lower('truncated', 'a file is on a filesystem that may hang');
  if (taken > 0) return;
  const kinds = [...new Set(outputs.map(({ kind }) => kind))];
  if (processes.every((process) => !process.isThere())) findings.lower('failed', 'exited');
  else if (kinds.includes('file')) findings.lower('failed', 'no file could be read');
  else findings.lower('unsupported', `stdout and stderr lead to: ${kinds.join(', ')}`);
}
