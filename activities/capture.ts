import { setTimeout as delay } from 'node:timers/promises';
import type { Captured, CaptureRequest } from '../src/domain/activities.ts';
import type { AlertMark } from '../src/domain/alert.ts';
import type { Artifact, Gap } from '../src/domain/events.ts';
import type { Incident } from '../src/domain/incident-record.ts';
import type { ArtifactRequest, Snapshot } from '../src/domain/target.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import type { ActivityDeps } from './deps.ts';
import { seal } from './seal-evidence.ts';

type Taken = { artifact: Artifact } | { gap: Gap };
type Collector = [name: string, collect: () => Promise<Taken>];

/** How long before it is said to have happened an incident may have begun. */
const BEFORE_REPORT_MS = 60 * 60_000;

/** What Cordon has of the incident already. It says nothing of how the subject stands. */
const OWN = ['report', 'alert'];

/** Snapshots, side by side, until the deadline. Whatever a collector does, the others and the incident go on. */
export async function capture(deps: ActivityDeps, request: CaptureRequest): Promise<Captured> {
  const late = new AbortController();
  const deadline = delay(request.deadline_ms, 'deadline' as const, { signal: late.signal });
  deadline.catch(() => undefined);
  const taken = await Promise.all(
    (await collectors(deps, request)).map(([name, collect]) => inTime(name, collect, deadline)),
  );
  late.abort();
  const artifacts = taken.flatMap((t) => ('artifact' in t ? [t.artifact] : []));
  const gaps = taken.flatMap((t) => ('gap' in t ? [t.gap] : []));
  const theirs = artifacts.some(({ collector }) => !OWN.includes(collector));
  // Where nothing of the targets themselves could be kept, there is nothing that destruction may rely on.
  if (!request.seal || !theirs) return { artifacts, gaps, receipt: null, reset_count: null };
  const host = request.subject.host ?? 'cordon';
  const short_of = gaps.map(({ collector }) => collector);
  return seal(deps, request, { host, frozen: null, artifacts, gaps, short_of });
}

async function collectors(deps: ActivityDeps, request: CaptureRequest): Promise<Collector[]> {
  // A ledger that is away shows in what the report's collector says.
  const incident = await deps.ledger.register.incident(request.incident_id).catch(() => null);
  const alert = incident?.alert;
  const window = { from_ms: incident === null ? 0 : beginning(incident), to_ms: deps.now() };
  return [
    ...request.targets.map((target): Collector => [
      `status:${target}`,
      () => snapshot(deps, target, request.deadline_ms),
    ]),
    ...request.targets.flatMap((target) =>
      deps.targets.artifactsOf(target).map((artifact): Collector => {
        const { subject, deadline_ms: timeout_ms } = request;
        const of = { target, artifact, subject, ...window, timeout_ms };
        return [artifactName(of), () => targetsArtifact(deps, of)];
      }),
    ),
    ['report', () => report(deps, request.incident_id)],
    ...(alert ? [['alert', () => alertBytes(deps, alert)] satisfies Collector] : []),
  ];
}

async function inTime(
  collector: string,
  collect: () => Promise<Taken>,
  deadline: Promise<'deadline'>,
): Promise<Taken> {
  try {
    const first = await Promise.race([collect(), deadline]);
    return first === 'deadline' ? { gap: { collector, reason: 'deadline' } } : first;
  } catch (error) {
    return { gap: { collector, reason: `failed: ${error instanceof Error ? error.message : ''}` } };
  }
}

/** When the incident may have begun: whoever reports it has looked for a while. In milliseconds since the epoch. */
function beginning({ occurred_at, created_at }: Pick<Incident, 'occurred_at' | 'created_at'>) {
  return Math.min(Date.parse(occurred_at), Date.parse(created_at)) - BEFORE_REPORT_MS;
}

async function snapshot(deps: ActivityDeps, target: string, timeoutMs: number): Promise<Taken> {
  return keep(deps, `status:${target}`, await deps.targets.snapshot(target, timeoutMs));
}

function artifactName({ target, artifact }: ArtifactRequest): string {
  return `${target}/${artifact}`;
}

async function targetsArtifact(deps: ActivityDeps, request: ArtifactRequest): Promise<Taken> {
  return keep(deps, artifactName(request), await deps.targets.artifact(request));
}

async function keep({ store }: ActivityDeps, collector: string, shot: Snapshot): Promise<Taken> {
  if ('gap' in shot) return { gap: { collector, reason: `${shot.gap}: ${shot.detail}` } };
  const ref = await store.put(shot.bytes, shot.media_type);
  return { artifact: { collector, ...ref } };
}

/** The report as it was taken in, with the digest of the policy that answered it. */
async function report(deps: ActivityDeps, incidentId: string): Promise<Taken> {
  const [first] = await deps.ledger.register.timeline(incidentId);
  if (first === undefined) return { gap: { collector: 'report', reason: 'not in the ledger' } };
  const bytes = new TextEncoder().encode(canonicalJson(first));
  const ref = await deps.store.put(bytes, 'application/json');
  return { artifact: { collector: 'report', ...ref } };
}

/** The bytes of the detector's call that the report was read out of, as they came. */
async function alertBytes(
  { ledger, store }: ActivityDeps,
  { delivery }: Pick<AlertMark, 'delivery'>,
): Promise<Taken> {
  const kept = await ledger.alerts.delivery(delivery);
  if (kept === null) return { gap: { collector: 'alert', reason: 'not in the ledger' } };
  const ref = await store.put(kept.bytes, 'application/octet-stream');
  return { artifact: { collector: 'alert', ...ref } };
}
