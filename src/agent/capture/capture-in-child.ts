import { closeSync, writeSync } from 'node:fs';
import { Fault } from '../../domain/fault.ts';
import type { ArtifactReport } from '../../domain/host-capture.ts';
import { holdOf } from '../freeze/freeze-subject.ts';
import { findSubject } from '../subjects/find-subject.ts';
import { pin } from '../subjects/pinned-process.ts';
import { artifactReport, describeTarget } from './artifact-report.ts';
import { type CaptureOrder, captureOrderSchema, REPORT_FD } from './capture-order.ts';
import { collectedSafely } from './collected-safely.ts';
import type { Collected } from './collector.ts';
import type { Collectors } from './collectors.ts';
import { sealBytes } from './sealed-bytes.ts';

/** The whole life of the process that captures: its order is its last argument. */
export async function captureInChild(collectors: Collectors): Promise<void> {
  endWithTheAgent();
  const order = captureOrderSchema.parse(JSON.parse(process.argv.at(-1) ?? ''));
  const { request } = order;
  let target: ArtifactReport['target'] = {};
  const collected = collectedSafely(() => collect(order, collectors, (found) => (target = found)));
  const bytes = await sealBytes(collected.bytes, request.recipients, process.stdout);
  const { mediaType } = collected;
  const verdict = collected.verdict();
  const tookMs = performance.now();
  report(artifactReport({ request, target, mediaType, verdict, bytes, tookMs }));
  process.exit(0);
}

/** Its standard input is never written to: it ends when the agent does, however that came about. */
function endWithTheAgent(): void {
  process.stdin.once('close', () => process.exit(1)).resume();
}

async function collect(
  { request, subject, cgroups, container }: CaptureOrder,
  collectors: Collectors,
  tell: (target: ArtifactReport['target']) => void,
): Promise<Collected> {
  const { collector, deadline_ms: deadlineMs } = request;
  const load = collectors[collector];
  if (load === undefined) {
    const message = `this agent does not collect ${collector}`;
    throw new Fault('unsupported_collector', message, { retryable: false });
  }
  const found = findSubject(subject, cgroups);
  // Until this process ends: no other may be read under their numbers.
  const processes = found.pids.flatMap((pid) => pin(pid) ?? []);
  tell(describeTarget(processes, found.cgroup, holdOf(found)));
  const collectFrom = await load();
  // The clock began with this process, and so did the deadline.
  return collectFrom({ processes, cgroup: found.cgroup, container, deadlineMs });
}

function report(artifact: ArtifactReport): void {
  writeSync(REPORT_FD, `${JSON.stringify(artifact)}\n`);
  closeSync(REPORT_FD);
}
