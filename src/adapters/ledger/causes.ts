import type { AlertMark } from '../../domain/alert.ts';
import type { AlertAdmission, CausedAlert, DeliveryRecord } from '../../domain/alert-log.ts';
import { mayJoin } from '../../domain/correlation.ts';
import type { RecordedEvent } from '../../domain/events.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { PlannedAction } from '../../domain/plan.ts';
import { severityRank } from '../../domain/severity.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import { causeOf, causeRow, type Cause } from './cause.ts';
import type { Writing } from './group-commit.ts';
import { addHolds } from './holds.ts';
import { append } from './incident-log.ts';
import { observe, type Observed, settled } from './observe.ts';
import { incidentOf } from './register-row.ts';

export interface Joined extends Pick<Observed, 'singly' | 'widens'> {
  incident_id: string;
}

/** The causes that a part of a delivery is about, while it is being written. */
export interface OpenCauses {
  /** Reads what handles the alert's cause, where that was not known before it was decided what the alert is. */
  know(alert: CausedAlert): Promise<void>;
  /** Null where no incident is handling the cause, or the alert may not join the one that does. */
  join(
    mark: AlertAdmission['mark'],
    occurredMs: number,
    alert: CausedAlert,
    from?: Sender,
  ): Joined | null;
  /** From now on alerts of the cause join the incident. */
  opened(
    incident: Incident,
    mark: AlertAdmission['mark'],
    occurredMs: number,
    alert: CausedAlert,
  ): void;
  /** Writes what the causes have come to, and the entries of what joined. */
  save(): Promise<void>;
}

/** Who brought an alert, where that is not who brings the others. */
export type Sender = Pick<DeliveryRecord, 'source' | 'reported_by'>;

interface Running {
  cause: Cause;
  incident: Incident;
}

export async function openCauses(
  writing: Writing,
  alerts: readonly AlertAdmission[],
  delivery: DeliveryRecord,
): Promise<OpenCauses> {
  const caused = alerts.flatMap(({ becomes }) => ('cause' in becomes ? [becomes] : []));
  const known = new Set(caused.flatMap(namesOf));
  const running = await handled(writing, [...known]);
  const changed = new Set<Cause>();
  const events = new Map<string, RecordedEvent[]>();
  const holds: [incidentId: string, actions: PlannedAction[], reflexUntilMs: number][] = [];
  const bringer = { source: delivery.source, reported_by: delivery.reported_by };
  const tell = (incidentId: string, event: RecordedEvent) =>
    events.set(incidentId, [...(events.get(incidentId) ?? []), event]);

  return {
    know: async (alert) => {
      const names = namesOf(alert).filter((name) => !known.has(name));
      for (const [name, more] of await handled(writing, names)) {
        running.set(name, [...(running.get(name) ?? []), ...more]);
      }
      names.forEach((name) => known.add(name));
    },
    join: (mark, occurred_ms, alert, from = bringer) => {
      const found = runningOf(running, alert, occurred_ms);
      if (found === undefined) return null;
      const { cause, incident } = found;
      changed.add(cause);
      const now = { at_ms: delivery.received_ms, occurred_ms, ...from };
      const told = observe(cause, incident, { mark: markOf(mark), alert, ...now });
      told.events.forEach((event) => tell(incident.id, event));
      const { singly, widens } = told;
      if (widens !== undefined)
        holds.push([incident.id, widens.actions, alert.opens().reflex_until_ms]);
      return { incident_id: incident.id, singly, widens };
    },
    opened: (incident, mark, occurred_ms, alert) => {
      const cause = begun(incident, mark, occurred_ms, alert);
      changed.add(cause);
      running.set(cause.cause, [...(running.get(cause.cause) ?? []), { cause, incident }]);
    },
    save: async () => {
      for (const cause of changed) {
        const due = settled(cause, delivery.received_ms);
        if (due !== null) tell(cause.incident_id, due);
      }
      for (const hold of holds) await addHolds(writing, ...hold);
      for (const [incidentId, told] of events) await append(writing, incidentId, told);
      for (const cause of changed) await save(writing, cause);
    },
  };
}

/** Every unresolved incident that handles one of the causes, by cause. */
async function handled(
  { db }: Pick<Writing, 'db'>,
  names: readonly string[],
): Promise<Map<string, Running[]>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('causes')
    .innerJoin('incidents', 'incidents.id', 'causes.incident_id')
    .selectAll('causes')
    .select('incidents.record')
    .where('causes.cause', 'in', names)
    .where('incidents.resolved', '=', 0)
    .orderBy('incidents.created_at', 'desc')
    .execute();
  const running = rows.map(({ record, ...row }) => ({
    cause: causeOf(row),
    incident: incidentOf({ record }),
  }));
  return Map.groupBy(running, ({ cause }) => cause.cause);
}

/** The narrower first: a subject that people have split off is a cause of its own. */
function namesOf({ cause: { narrow, wide } }: CausedAlert): string[] {
  return wide === '' ? [narrow] : [narrow, wide];
}

function runningOf(
  running: ReadonlyMap<string, Running[]>,
  alert: CausedAlert,
  occurred_ms: number,
): Running | undefined {
  const { plan: course, subject } = alert;
  const joining = { occurred_ms, window_ms: alert.window_ms, subject, course };
  return namesOf(alert)
    .flatMap((name) => running.get(name) ?? [])
    .find(({ cause, incident }) => mayJoin(incident, cause, joining));
}

function begun(
  incident: Incident,
  { identity }: AlertAdmission['mark'],
  occurred_ms: number,
  { cause: { narrow, wide }, subject }: CausedAlert,
): Cause {
  return {
    cause: wide === '' ? narrow : wide,
    incident_id: incident.id,
    ...{ first_ms: occurred_ms, last_ms: occurred_ms, told: 0 },
    severity_rank: severityRank(incident.severity),
    subjects: [subject],
    digest: sha256Hex(identity),
    pending: null,
  };
}

function markOf({ format, ...mark }: AlertAdmission['mark']): AlertMark {
  if (format === '') throw new TypeError('An alert of no format has no cause');
  return { format, ...mark };
}

async function save({ db }: Pick<Writing, 'db'>, cause: Cause): Promise<void> {
  const { cause: name, incident_id, ...changes } = causeRow(cause);
  await db
    .insertInto('causes')
    .values({ cause: name, incident_id, ...changes })
    .onConflict((conflict) => conflict.columns(['cause', 'incident_id']).doUpdateSet(changes))
    .execute();
}
