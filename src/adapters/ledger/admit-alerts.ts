import type {
  AdmittedAlert,
  AlertAdmission,
  CausedAlert,
  DecidedAdmission,
  DeliveryRecord,
} from '../../domain/alert-log.ts';
import { countAlerts } from './alert-counts.ts';
import { alertRow } from './alert-row.ts';
import { openCauses, type OpenCauses } from './causes.ts';
import { gatherLogged } from './gather-logged.ts';
import type { Writing } from './group-commit.ts';
import { begin } from './incident-log.ts';
import { openTriage, type OpenTriage } from './open-triage.ts';
import type { AlertIdentityRow, AlertRow } from './tables.ts';

type Db = Pick<Writing, 'db'>;

/** Longer than a sender without a memory of its own tries again. */
const TRIED_AGAIN_WITHIN_MS = 3_600_000;

interface Told {
  admitted: AdmittedAlert;
  /** False for what only counts: its bytes are not kept for it. */
  singly: boolean;
}

/**
 * A part of a delivery, in one transaction: nobody else can open an incident of the same cause meanwhile. The order
 * matters: what has come before must be recognised before anything else of it is written.
 */
export async function admitAlerts(
  writing: Writing,
  delivery: DeliveryRecord,
  alerts: readonly AlertAdmission[],
): Promise<AdmittedAlert[]> {
  const seen = await seenBefore(writing, alerts);
  const causes = await openCauses(writing, alerts, delivery);
  const triage = await openTriage(writing, alerts, delivery);
  const logged = new Map<string, CausedAlert>();
  const admitted: AdmittedAlert[] = [];
  const fresh = new Map<string, Seen>();
  const rows = new Map<string, AlertRow>();
  for (const brought of alerts) {
    const { identity } = brought.mark;
    const before = fresh.get(identity) ?? seen.get(identity);
    if (isRepeat(before, brought, delivery.received_ms, triage)) {
      admitted.push({ outcome: 'repeat', incident_id: before.incident_id });
      continue;
    }
    const { alert, followers } = triage.decide(brought);
    const told = await take(writing, causes, alert);
    triage.belongs(identity, told.admitted.incident_id);
    followers.forEach((together, follower) => logged.set(follower, together));
    fresh.set(identity, seenNow(told.admitted, delivery));
    if (told.singly) rows.set(identity, alertRow(delivery, alert, told.admitted));
    admitted.push(answerTo(brought, alert, told));
  }
  await remember(writing, fresh);
  await forget(
    writing,
    [...rows.keys()].filter((identity) => seen.has(identity)),
  );
  await list(writing, delivery, [...rows.values()]);
  await gatherLogged(writing, causes, triage, logged);
  await causes.save();
  await triage.save();
  await countAlerts(writing, delivery, alerts, admitted);
  return admitted;
}

type Seen = Pick<AlertIdentityRow, 'incident_id' | 'seen_ms'>;

/** Of those that have come before: the incident that each belongs to, and when they came. */
async function seenBefore(
  { db }: Db,
  alerts: readonly AlertAdmission[],
): Promise<Map<string, Seen>> {
  const identities = [...new Set(alerts.map(({ mark }) => mark.identity))];
  const rows = db.selectFrom('alert_identities').selectAll().where('identity', 'in', identities);
  return new Map((await rows.execute()).map(({ identity, ...seen }) => [identity, seen]));
}

function seenNow({ incident_id }: AdmittedAlert, { received_ms }: DeliveryRecord): Seen {
  return { incident_id, seen_ms: received_ms };
}

function isRepeat(
  before: Seen | undefined,
  { becomes, timeless, mark }: AlertAdmission,
  receivedMs: number,
  triage: OpenTriage,
): before is Seen {
  if (before === undefined) return false;
  // What was set aside is a report now: the rules, or what its sender may report, have changed meanwhile.
  const mayBecome = !('set_aside' in becomes) && !triage.isLogged(mark.identity);
  if (before.incident_id === '' && mayBecome) return false;
  return !timeless || receivedMs - before.seen_ms <= TRIED_AGAIN_WITHIN_MS;
}

async function take(writing: Writing, causes: OpenCauses, alert: DecidedAdmission): Promise<Told> {
  const { becomes, mark, occurred_ms } = alert;
  if ('set_aside' in becomes) {
    return { admitted: { outcome: becomes.set_aside, incident_id: '' }, singly: true };
  }
  await causes.know(becomes);
  const joined = causes.join(mark, occurred_ms, becomes);
  if (joined !== null) {
    const { incident_id, singly, widens } = joined;
    const brought = widens === undefined ? {} : { widens };
    return { admitted: { outcome: 'observation', incident_id, ...brought }, singly };
  }
  const incident = await begin(writing, becomes.opens());
  causes.opened(incident, mark, occurred_ms, becomes);
  return { admitted: { outcome: 'incident', incident_id: incident.id }, singly: true };
}

/** Whoever asked does not know yet what a tree has made of it. */
function answerTo(
  { becomes }: AlertAdmission,
  { becomes: decided }: DecidedAdmission,
  { admitted }: Told,
): AdmittedAlert {
  return 'decide' in becomes ? { ...admitted, decided } : admitted;
}

async function remember({ db }: Db, fresh: ReadonlyMap<string, Seen>): Promise<void> {
  const rows = [...fresh].map(([identity, seen]) => ({ identity, ...seen }));
  if (rows.length === 0) return;
  await db
    .insertInto('alert_identities')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('identity').doUpdateSet(({ ref }) => ({
        incident_id: ref('excluded.incident_id'),
        seen_ms: ref('excluded.seen_ms'),
      })),
    )
    .execute();
}

/** One that was listed before, and is no repeat, is listed as it came last. */
async function forget({ db }: Db, identities: string[]): Promise<void> {
  if (identities.length === 0) return;
  await db.deleteFrom('alerts').where('identity', 'in', identities).execute();
}

/** The bytes stay for whoever reads what they say of an alert that is told of singly. */
async function list({ db }: Db, delivery: DeliveryRecord, rows: AlertRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db.insertInto('alerts').values(rows).execute();
  const { sha256, bytes, headers, received_ms } = delivery;
  await db
    .insertInto('deliveries')
    .values({ sha256, bytes, headers: JSON.stringify(headers), received_ms })
    .onConflict((conflict) => conflict.column('sha256').doNothing())
    .execute();
}
