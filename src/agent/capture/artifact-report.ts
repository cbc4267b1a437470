import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { ArtifactReport, CaptureRequest } from '../../domain/host-capture.ts';
import type { Measured } from './byte-meter.ts';
import type { PinnedProcess, Verdict } from './collector.ts';

/** A report travels in one trailer, and clients take no more than 16 KiB of those: these bounds keep it below 12 KiB. */
const MOST_PROCESSES = 96;
const MOST_NOTES = 16;
const MOST_SENTENCE_CHARS = 240;

const TOOL = { name: 'cordon-agent', version: '0.1.0' };

export interface Capture {
  request: CaptureRequest;
  target: ArtifactReport['target'];
  mediaType: string;
  verdict: Verdict;
  bytes: { plain: Measured; stored: Measured };
  tookMs: number;
}

export function artifactReport(capture: Capture): ArtifactReport {
  const { request, target, mediaType, verdict, bytes, tookMs } = capture;
  const { collector, recipients } = request;
  return {
    schema: 'host-artifact/1',
    collector,
    completeness: verdict.completeness,
    reason: brief(verdict.reason),
    media_type: mediaType,
    ...bytes,
    compression: 'zstd',
    encryption: recipients.length === 0 ? null : { scheme: 'age', recipients },
    target,
    notes: verdict.notes.slice(0, MOST_NOTES).map(brief),
    tool: TOOL,
    took_ms: tookMs,
  };
}

/** What tells this host, this boot and these processes from all others. `frozenBy`: null where they run. */
export function describeTarget(
  processes: readonly PinnedProcess[],
  cgroup: string,
  frozenBy: string | null,
): ArtifactReport['target'] {
  return {
    boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    kernel: release(),
    cgroup: brief(cgroup),
    frozen_by: frozenBy,
    process_count: processes.length,
    // The artifact of `processes` names them all.
    processes: processes
      .slice(0, MOST_PROCESSES)
      .map(({ pid, startTime }) => `${pid}@${startTime}`),
  };
}

function brief(sentence: string): string {
  return sentence.length <= MOST_SENTENCE_CHARS
    ? sentence
    : `${sentence.slice(0, MOST_SENTENCE_CHARS)}…`;
}
