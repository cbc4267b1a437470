import { z } from 'zod';
import { isPracticeRange } from '../../domain/practice-range.ts';
import { instantOrEmptySchema } from '../../domain/primitives.ts';
import { safeModeSchema } from '../../domain/safe-mode.ts';
import { storeVerdictSchema } from '../../domain/store-verdict.ts';
import { custodyHealth, custodyHealthSchema, UNKNOWN_CUSTODY } from '../custody-health.ts';
import type { EvidenceStatus, ShimDeps } from '../deps.ts';
import { secondsWaited } from '../gauges.ts';
import { noBody, noQuery, route, type Route } from '../route.ts';

/** Anyone may ask, as often as they like; the ledger is written for it only so often. */
const PROBE_EVERY_MS = 1_000;

/** Dispatch takes milliseconds, and looks for leftovers every few seconds. */
const OLD_BACKLOG_MS = 15_000;

const healthSchema = z.strictObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  reasons: z.array(z.string()).describe('Why it is not ok, a sentence each'),
  open_incidents: z.int(),
  total_incidents: z.int(),
  practice_range: z.boolean().describe('Every target is a stand-in: drills contain nothing real'),
  engine: z.strictObject({ connected: z.boolean(), since: z.string() }),
  ledger: z.strictObject({ writable: z.boolean(), seq: z.int() }),
  backlog: z.strictObject({ waiting: z.int(), oldest_seconds: z.number() }),
  breaker: z
    .strictObject({ tripped: z.array(z.string()) })
    .describe('The actions that have come to their limit, until somebody resets them'),
  safe_mode: safeModeSchema.describe('While it is on, agents get no new work'),
  custody: custodyHealthSchema.describe('The last sweeps that have come to their end'),
  notifications: z.array(
    z.strictObject({ name: z.string(), reached: z.int(), failing_since: z.string() }),
  ),
  timestamps: z
    .strictObject({
      tsa: z.string(),
      waiting: z.int().describe('Signed manifests without a token'),
      oldest_seconds: z.number().describe('Since the first of them was captured'),
      failing_since: z.string(),
    })
    .nullable()
    .describe('Null where no authority is configured'),
  evidence: z
    .strictObject({
      kind: storeVerdictSchema.shape.store,
      enforcing: z.boolean().describe('It refused everything that was tried; false until it was'),
      checked_at: instantOrEmptySchema.describe('When that was tried last; empty until then'),
      tried: storeVerdictSchema.shape.tried,
      not_tried: storeVerdictSchema.shape.not_tried,
    })
    .describe('The store of evidence, and what was tried against an object in it'),
});
type Health = z.infer<typeof healthSchema>;

export function health(): Route {
  const probe = createProbe();
  return route({
    method: 'get',
    path: '/health',
    summary: 'Whether reports are accepted, containment is carried out, and anything is open',
    access: 'open',
    query: noQuery,
    body: noBody,
    answers: {
      200: {
        description: 'Reports are accepted; `degraded` names what else is wrong',
        schema: healthSchema,
      },
      503: {
        description: 'The ledger cannot be written: reports are refused',
        schema: healthSchema,
      },
    },
    handle: async (_call, deps) => {
      const body = await examine(deps, probe);
      return { status: body.status === 'unavailable' ? 503 : 200, body };
    },
  });
}

async function examine(deps: ShimDeps, probe: Probe): Promise<Health> {
  const { connected, since } = deps.engineStatus();
  const notifications = deps.notifierStatus().map(({ name, reached, failing_since }) => {
    return { name, reached, failing_since };
  });
  const timestamps = examineTimestamps(deps);
  const ledger = await readLedger(deps, probe);
  const evidence = deps.evidenceStatus();
  const { waiting, oldest_ms } = ledger.backlog;
  const waitedMs = waiting === 0 ? 0 : Math.max(0, deps.now() - oldest_ms);
  const misses = ledger.custody.verification_sweep?.misses ?? 0;
  const reasons = [
    ...(ledger.writable ? [] : ['The ledger cannot be written: reports are refused']),
    ...(connected ? [] : [`The workflow engine has not answered since ${since}`]),
    ...(waitedMs > OLD_BACKLOG_MS ? [`${waiting} incidents wait to be started`] : []),
    ...ledger.tripped.map((action) => `The breaker of ${action} is tripped`),
    ...(ledger.safe_mode.on ? [`Safe mode is on since ${ledger.safe_mode.since}`] : []),
    ...(misses > 0 ? [`${misses} pieces of evidence are not as they were kept`] : []),
    ...notifications
      .filter(({ failing_since }) => failing_since !== '')
      .map(({ name, failing_since }) => `Webhook ${name} has failed since ${failing_since}`),
    ...(timestamps === null || timestamps.failing_since === ''
      ? []
      : [`${timestamps.waiting} manifests wait for a time stamp of ${timestamps.tsa}`]),
    ...doubtsAbout(evidence),
  ];
  return {
    status: ledger.writable ? (reasons.length === 0 ? 'ok' : 'degraded') : 'unavailable',
    reasons,
    open_incidents: ledger.open,
    total_incidents: ledger.total,
    practice_range: isPracticeRange(deps.policy.current().targets),
    engine: { connected, since },
    ledger: { writable: ledger.writable, seq: ledger.seq },
    backlog: { waiting, oldest_seconds: waitedMs / 1_000 },
    breaker: { tripped: ledger.tripped },
    safe_mode: ledger.safe_mode,
    custody: ledger.custody,
    notifications,
    timestamps,
    evidence: {
      kind: evidence.kind,
      enforcing: evidence.verdict?.enforcing ?? false,
      checked_at: evidence.verdict?.at ?? '',
      tried: evidence.verdict?.tried ?? [],
      not_tried: evidence.verdict?.not_tried ?? [],
    },
  };
}

/** A store that never said it would refuse anything is as it should be. */
function doubtsAbout({ kind, claims, verdict, problem }: EvidenceStatus): string[] {
  if (problem !== '') return [`The evidence store (${kind}) could not be tried: ${problem}`];
  if (!claims || verdict === null || verdict.enforcing) return [];
  const allowed = verdict.tried.filter(({ refused }) => !refused).map(({ attempt }) => attempt);
  const unseen = verdict.not_tried.map(({ attempt }) => attempt);
  const what =
    allowed.length > 0
      ? `allowed ${allowed.join(', ')}`
      : `could not be tried: ${unseen.join(', ')}`;
  return [`The evidence store (${kind}) does not enforce: ${what}`];
}

function examineTimestamps({ timestampStatus, now }: ShimDeps): Health['timestamps'] {
  const status = timestampStatus();
  if (status === null) return null;
  const { tsa, waiting, failing_since } = status;
  return { tsa, waiting, oldest_seconds: secondsWaited(status, now()), failing_since };
}

/** A ledger that cannot even be read says nothing; that is told by `writable`. */
async function readLedger({ ledger: parts, now, log }: ShimDeps, probe: Probe) {
  const { register, outbox, breaker, safeMode } = parts;
  try {
    await probe(() => register.probe(), now());
    const [stats, backlog, head, custody, standing, safe_mode] = await Promise.all([
      register.stats(),
      outbox.backlog(),
      register.head(),
      custodyHealth(parts),
      breaker.standing(),
      safeMode.standing(),
    ]);
    const { open_incidents: open, total_incidents: total } = stats;
    const tripped = standing.tripped.map(({ action }) => action);
    return {
      writable: true,
      open,
      total,
      backlog,
      seq: head?.seq ?? 0,
      custody,
      tripped,
      safe_mode,
    };
  } catch (error) {
    log.error({ err: error }, 'the ledger is not healthy');
    const backlog = { waiting: 0, oldest_ms: 0 };
    const nothing = { open: 0, total: 0, backlog, seq: 0, tripped: [], safe_mode: OFF };
    return { writable: false, ...nothing, custody: UNKNOWN_CUSTODY };
  }
}

const OFF = { on: false, since: '', holders: [] };

type Probe = (write: () => Promise<void>, nowMs: number) => Promise<void>;

/** Callers of one second share one write. */
function createProbe(): Probe {
  let latest: { atMs: number; outcome: Promise<void> } | null = null;
  return (write, nowMs) => {
    if (latest === null || nowMs - latest.atMs >= PROBE_EVERY_MS) {
      latest = { atMs: nowMs, outcome: write() };
    }
    return latest.outcome;
  };
}
