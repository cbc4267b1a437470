import type { Captured, HostCaptureRequest } from '../src/domain/activities.ts';
import type { Artifact, Gap } from '../src/domain/events.ts';
import { Fault } from '../src/domain/fault.ts';
import {
  ALWAYS_ENCRYPTED,
  COLLECTORS,
  type Collector,
  OUT_OF_TIME,
} from '../src/domain/host-capture.ts';
import { hostSubjectOf, type HostSubject } from '../src/domain/host-subject.ts';
import type { ActivityDeps } from './deps.ts';
import { keepStill } from './keep-still.ts';
import { seal } from './seal-evidence.ts';

export type CaptureHostDeps = Pick<
  ActivityDeps,
  'hostAgent' | 'store' | 'custodian' | 'policy' | 'random' | 'now'
>;

/** A collector with less than this left could only be cut off. */
const LEAST_MS = 500;

/**
 * Freezes the subject, takes from it one collector after the other in order of volatility, lets it run again, and
 * seals what was kept. Where this worker dies the agent lets it run again by itself, unless somebody had frozen it for
 * good: that is never undone here.
 */
export async function captureHost(
  deps: CaptureHostDeps,
  request: HostCaptureRequest,
): Promise<Captured> {
  const host = request.subject.host ?? deps.policy().attestation.unnamed_host ?? '';
  const subject = hostSubjectOf(request.subject);
  if (subject === null) return nothing('the report names nothing on the host');
  const endsMs = deps.now() + request.deadline_ms;
  const still = await keepStill(deps.hostAgent, deps.now, {
    host,
    subject,
    holder: request.incident_id,
  });
  const taken: Taking = { artifacts: [], gaps: still.gaps, short_of: [] };
  try {
    for (const collector of collectorsFor(request)) {
      await take(deps, { host, subject, collector, endsMs }, taken);
    }
  } finally {
    await still.letGo();
  }
  // A host of which nothing was had has given nothing that destruction may rely on.
  if (taken.artifacts.length === 0) return { ...nothing(''), gaps: taken.gaps };
  return seal(deps, request, { host, frozen: still.frozen, ...taken });
}

interface Taking {
  artifacts: Artifact[];
  gaps: Gap[];
  /** The collectors that failed, or ran out of time. */
  short_of: string[];
}

function collectorsFor({ severity }: HostCaptureRequest): Collector[] {
  return COLLECTORS.filter((collector) => collector !== 'memory' || severity === 'critical');
}

interface Ask {
  host: string;
  subject: HostSubject;
  collector: Collector;
  endsMs: number;
}

/** One artifact, or the reason why there is none: whatever one collector does, the others go on. */
async function take(deps: CaptureHostDeps, ask: Ask, taking: Taking): Promise<void> {
  const { collector } = ask;
  const found = await orFault(() => fetch(deps, ask));
  if ('reason' in found) taking.gaps.push(gap(collector, found));
  else taking.artifacts.push(found);
  if (isShort(found)) taking.short_of.push(collector);
}

/** Why there is no artifact. */
interface Missing {
  reason: string;
  detail: string;
}

async function orFault(fetching: () => Promise<Artifact | Missing>): Promise<Artifact | Missing> {
  try {
    return await fetching();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: error.code, detail: error.message };
  }
}

const NO_RECIPIENTS: Missing = {
  reason: 'no_recipients',
  detail: 'recovery.yaml names nobody who may read it',
};

/** What no later attempt would give either: nobody may read it, or there is no such thing there. */
const NEVER_TO_BE_HAD: readonly string[] = [NO_RECIPIENTS.reason, 'unsupported'];

/** What is cut short by a limit is as much as there is ever kept of it. */
function isShort(found: Artifact | Missing): boolean {
  if ('reason' in found) return !NEVER_TO_BE_HAD.includes(found.reason);
  const { completeness, reason } = found.from_host ?? { completeness: 'complete', reason: '' };
  return completeness === 'failed' || reason.includes(OUT_OF_TIME);
}

async function fetch(
  { hostAgent, store, policy, now }: CaptureHostDeps,
  { host, subject, collector, endsMs }: Ask,
): Promise<Artifact | Missing> {
  const deadline_ms = endsMs - now();
  if (deadline_ms < LEAST_MS) return { reason: 'deadline', detail: 'there was no time left' };
  const { evidence, memory } = policy().recovery.capture.recipients;
  const recipients = collector === 'memory' ? memory : evidence;
  if (recipients.length === 0 && ALWAYS_ENCRYPTED.includes(collector)) return NO_RECIPIENTS;
  const sent = await hostAgent.capture(host, { subject, collector, deadline_ms, recipients });
  if ('reason' in sent) return sent;
  const mediaType = recipients.length > 0 ? 'application/age' : 'application/zstd';
  const ref = await store.putStream(sent.answer.bytes, mediaType);
  const { stored, tool: _tool, ...report } = sent.answer.report();
  if (stored.sha256 !== ref.sha256) {
    return { reason: 'malformed-evidence', detail: 'the bytes are not those of the report' };
  }
  if (stored.size === 0) return { reason: report.completeness, detail: report.reason };
  const { completeness, reason, media_type, plain, compression, encryption } = report;
  const from_host = { completeness, reason, media_type, plain, compression, encryption };
  return { collector, ...ref, from_host };
}

function gap(collector: string, { reason, detail }: Missing): Gap {
  return { collector, reason: `${reason}: ${detail}` };
}

function nothing(reason: string): Captured {
  const gaps = reason === '' ? [] : [{ collector: 'host', reason }];
  return { artifacts: [], gaps, receipt: null, reset_count: null };
}
