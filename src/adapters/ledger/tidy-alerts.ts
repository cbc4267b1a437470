import { SET_ASIDE } from '../../domain/alert-log.ts';
import type { Backend } from './backend.ts';
import type { Write } from './group-commit.ts';

/** Longer than any sender keeps trying, and any forwarder spools. */
export const IDENTITIES_KEPT_MS = 30 * 86_400_000;

/** Set-aside alerts of one source that stay listed with their bytes: enough to write the rule that is missing. */
export const MOST_LISTED = 10_000;

/** Rows removed in one transaction: others have something to write too. */
const ROWS_AT_ONCE = 1_000;

/**
 * Holds the lists to their bounds, the oldest first. What was counted stays counted, and what opened or joined an
 * incident is evidence, and stays.
 */
export async function tidyAlerts(
  write: Write,
  reader: Backend['reader'],
  nowMs: number,
): Promise<void> {
  for (const { source, oldest } of await overfull(reader)) {
    while (await forgetSetAside(write, source, oldest));
  }
  while (await forgetIdentities(write, nowMs - IDENTITIES_KEPT_MS));
  while (await forgetTriaged(write, nowMs - IDENTITIES_KEPT_MS));
}

/** The sources that have more than they may, and since when the newest of theirs have come. */
async function overfull(reader: Backend['reader']): Promise<{ source: string; oldest: number }[]> {
  const sources = await reader.selectFrom('alert_counts').select('source').distinct().execute();
  const found = await Promise.all(
    sources.map(async ({ source }) => {
      const rows = reader.selectFrom('alerts').select('received_ms').where('source', '=', source);
      const newest = rows.where('outcome', 'in', SET_ASIDE).orderBy('received_ms', 'desc');
      const beyond = await newest.offset(MOST_LISTED).limit(1).executeTakeFirst();
      return beyond === undefined ? [] : [{ source, oldest: beyond.received_ms }];
    }),
  );
  return found.flat();
}

/** True where there are more. The bytes go with the last alert that they told of. */
async function forgetSetAside(write: Write, source: string, upToMs: number): Promise<boolean> {
  return write(async ({ db }) => {
    const rows = db.selectFrom('alerts').select(['identity', 'delivery']);
    const oldest = await rows
      .where('source', '=', source)
      .where('outcome', 'in', SET_ASIDE)
      .where('received_ms', '<=', upToMs)
      .limit(ROWS_AT_ONCE)
      .execute();
    if (oldest.length === 0) return false;
    const identities = oldest.map(({ identity }) => identity);
    await db.deleteFrom('alerts').where('identity', 'in', identities).execute();
    const deliveries = [...new Set(oldest.map(({ delivery }) => delivery))];
    await db
      .deleteFrom('deliveries')
      .where('sha256', 'in', deliveries)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('alerts')
              .select('identity')
              .whereRef('alerts.delivery', '=', 'deliveries.sha256'),
          ),
        ),
      )
      .execute();
    return oldest.length === ROWS_AT_ONCE;
  });
}

/** True where there are more. */
async function forgetIdentities(write: Write, beforeMs: number): Promise<boolean> {
  return write(async ({ db }) => {
    const known = db.selectFrom('alert_identities').select('identity');
    const old = await known.where('seen_ms', '<', beforeMs).limit(ROWS_AT_ONCE).execute();
    if (old.length === 0) return false;
    const identities = old.map(({ identity }) => identity);
    await db.deleteFrom('alert_identities').where('identity', 'in', identities).execute();
    return old.length === ROWS_AT_ONCE;
  });
}

/** True where there are more. For as long as an alert is known by its identity, it counts. */
async function forgetTriaged(write: Write, beforeMs: number): Promise<boolean> {
  return write(async ({ db }) => {
    const known = db.selectFrom('triaged_alerts').select('identity');
    const old = await known.where('seen_ms', '<', beforeMs).limit(ROWS_AT_ONCE).execute();
    if (old.length === 0) return false;
    const identities = [...new Set(old.map(({ identity }) => identity))];
    await db.deleteFrom('triaged_alerts').where('identity', 'in', identities).execute();
    return old.length === ROWS_AT_ONCE;
  });
}
