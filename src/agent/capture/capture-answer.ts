import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../domain/fault.ts';
import {
  ALWAYS_ENCRYPTED,
  ARTIFACT_TRAILER,
  type ArtifactReport,
  type CaptureRequest,
} from '../../domain/host-capture.ts';
import { type Answer, problem } from '../answer.ts';
import type { HostScope } from '../host-scope.ts';
import { findSubject } from '../subjects/find-subject.ts';
import { locateRunning } from '../subjects/locate-subject.ts';
import { type CaptureProcess, startCapture } from './capture-process.ts';

/** Each reads and compresses as fast as a core can: more would take the host from those who work on it. */
const MOST_AT_ONCE = 2;

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

export interface CaptureDeps extends HostScope {
  /** Where the container runtime listens; '' where there is none. */
  runtimeSocket: string;
  /** Runs `captureInChild`; ours where it is not given. */
  captureProgram?: string;
}

/** Answers with the artifact as it is captured. Faults: those of `locateRunning` and `findSubject`, and `agent_busy`, retryable. */
export function createCaptures(deps: CaptureDeps): (request: CaptureRequest) => Promise<Answer> {
  let running = 0;
  return async (request) => {
    if (ALWAYS_ENCRYPTED.includes(request.collector) && request.recipients.length === 0) {
      const message = `${request.collector} is captured only for recipients`;
      return problem(400, 'recipients_required', message);
    }
    const { subject, container } = await locateRunning(request.subject, deps);
    findSubject(subject, deps.cgroups);
    if (running >= MOST_AT_ONCE) throw busy();
    running += 1;
    const inRuntime = container && { id: container.facts.Id, socket: deps.runtimeSocket };
    const order = { request, subject, container: inRuntime, cgroups: [...deps.cgroups] };
    const capture = startCapture(deps.captureProgram ?? CHILD, order);
    return {
      status: 200,
      headers: { trailer: ARTIFACT_TRAILER },
      pour: (response) => pour(capture, response).finally(() => (running -= 1)),
    };
  };
}

/** Fault `capture_broken` where the caller got no report, and so no artifact, or left before it. */
async function pour(capture: CaptureProcess, response: ServerResponse): Promise<void> {
  // The deadline of the capture is the timer here, and a collector may be silent up to it.
  response.socket?.setTimeout(0);
  // A caller who waits for a slow collector knows at least that it was begun.
  response.flushHeaders();
  try {
    await pipeline(capture.bytes, response, { end: false });
    const report = await capture.report;
    if (report === null) throw broken('the capture ended without a report');
    response.addTrailers({ [ARTIFACT_TRAILER]: inTrailer(report) });
    response.end();
  } catch (cause) {
    throw cause instanceof Fault ? cause : broken('the caller went away', cause);
  } finally {
    await capture.end();
  }
}

function inTrailer(report: ArtifactReport): string {
  return Buffer.from(JSON.stringify(report)).toString('base64url');
}

function busy(): Fault {
  const message = `${MOST_AT_ONCE} captures are under way`;
  return new Fault('agent_busy', message, { retryable: true });
}

function broken(message: string, cause?: unknown): Fault {
  return new Fault('capture_broken', message, { retryable: true, cause });
}
