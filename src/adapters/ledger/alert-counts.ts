import { sql } from 'kysely';
import type {
  AdmittedAlert,
  AlertAdmission,
  AlertCount,
  DeliveryRecord,
} from '../../domain/alert-log.ts';
import { instantOf } from '../../domain/instant.ts';
import type { Backend } from './backend.ts';
import type { Writing } from './group-commit.ts';

/** Adds what came to the figures of its source, each format and each outcome for itself. */
export async function countAlerts(
  { db }: Pick<Writing, 'db'>,
  { source, received_ms }: DeliveryRecord,
  alerts: readonly AlertAdmission[],
  admitted: readonly AdmittedAlert[],
): Promise<void> {
  const kinds = Map.groupBy(alerts.keys(), (at) => {
    return `${alerts[at]?.mark.format ?? ''} ${admitted[at]?.outcome ?? ''}`;
  });
  for (const places of kinds.values()) {
    const [first = 0] = places;
    const format = alerts[first]?.mark.format ?? '';
    const outcome = admitted[first]?.outcome ?? 'refused';
    const count = places.length;
    await db
      .insertInto('alert_counts')
      .values({ source, format, outcome, count, first_ms: received_ms, last_ms: received_ms })
      .onConflict((conflict) =>
        conflict.columns(['source', 'format', 'outcome']).doUpdateSet({
          count: sql`alert_counts.count + ${count}`,
          last_ms: received_ms,
        }),
      )
      .execute();
  }
}

export async function alertCounts(db: Backend['reader']): Promise<AlertCount[]> {
  const rows = db.selectFrom('alert_counts').selectAll();
  const inOrder = rows.orderBy('source').orderBy('format').orderBy('outcome');
  return (await inOrder.execute()).map(({ first_ms, last_ms, ...counted }) => ({
    ...counted,
    first_at: instantOf(first_ms),
    last_at: instantOf(last_ms),
  }));
}
