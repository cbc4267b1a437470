import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { type ArtifactReport, artifactReportSchema } from '../../domain/host-capture.ts';
import { errorCode } from '../subjects/gone.ts';
import { type CaptureOrder, REPORT_FD } from './capture-order.ts';
import { withLeastPrivilege } from './least-privilege.ts';

/** For a collector to write down that its time was up. */
const MARGIN_MS = 2_000;

/** Each chunk is garbage at once: where the young generation may grow, 80 MB of them lie about. */
export const FRUGAL = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'];

/** In base64 it must fit into the 16 KiB of a client's trailers. */
const MOST_REPORT_BYTES = 12_000;

/** A process that captures. A mount or a mapping of the suspect can hang whoever reads it, and so it is never us. */
export interface CaptureProcess {
  bytes: Readable;
  /** Null where it died, or said what is no report. */
  report: Promise<ArtifactReport | null>;
  /** Ends it and all that it started; resolves when it is gone. Harmless when it is gone already. */
  end(): Promise<void>;
}

/** `program`: what is run, a file of this source tree. It is killed when its time is up. */
export function startCapture(program: string, order: CaptureOrder): CaptureProcess {
  const child = launch(program, order);
  let isOver = false;
  const ended = once(child, 'close')
    .catch(() => [null])
    .finally(() => (isOver = true));
  const kill = () => {
    // Later the number of the group could be another's.
    if (!isOver) killGroup(child);
  };
  const deadline = setTimeout(kill, order.request.deadline_ms + MARGIN_MS);
  void ended.then(() => clearTimeout(deadline));
  const said = textOf(child.stdio[REPORT_FD] as Readable);
  return {
    bytes: child.stdout as Readable,
    report: Promise.all([ended, said]).then(([[code], text]) =>
      code === 0 ? reportOf(text) : null,
    ),
    end: async () => {
      kill();
      await ended;
    },
  };
}

function launch(program: string, order: CaptureOrder): ChildProcess {
  const args = [...FRUGAL, program, JSON.stringify(order)];
  const [command, given] = withLeastPrivilege(process.execPath, args);
  return spawn(command, given, {
    // A group of its own, so that what it started ends with it.
    detached: true,
    // Nothing of the agent's: neither where its token is nor how to reach its TPM.
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      if (text.length <= MOST_REPORT_BYTES) text += chunk as string;
    }
  } catch {
    return '';
  }
  return text;
}

function reportOf(text: string): ArtifactReport | null {
  if (text.length > MOST_REPORT_BYTES) return null;
  try {
    return artifactReportSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
