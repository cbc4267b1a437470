import type { Outbox, Pending } from '../../domain/ledger.ts';
import type { IncidentInput } from '../../domain/messages.ts';
import type { Backend } from './backend.ts';
import type { Write, Writing } from './group-commit.ts';

/** Incidents that wait for their workflow. A lease that ran out is anybody's. */
export function createOutbox(write: Write, reader: Backend['reader']): Outbox {
  return {
    claim: (owner, nowMs, untilMs, limit) =>
      write((writing) => claim(writing, owner, nowMs, untilMs, limit)),
    started: async (incidentIds) => {
      if (incidentIds.length === 0) return;
      await write(async ({ db }) => {
        await db.deleteFrom('outbox').where('incident_id', 'in', incidentIds).execute();
      });
    },
    waiting: async (incidentIds) => {
      if (incidentIds.length === 0) return [];
      const ids = reader.selectFrom('outbox').select('incident_id');
      const rows = await ids.where('incident_id', 'in', incidentIds).execute();
      return rows.map(({ incident_id }) => incident_id);
    },
    attempted: async (incidentIds) => {
      if (incidentIds.length === 0) return [];
      const rows = await reader
        .selectFrom('entries')
        .select('incident_id')
        .distinct()
        .where('incident_id', 'in', incidentIds)
        .where('type', '=', 'action')
        .execute();
      return rows.map(({ incident_id }) => incident_id);
    },
    backlog: async () => {
      const { waiting, oldest_ms } = await reader
        .selectFrom('outbox')
        .select(({ fn }) => [
          fn.countAll<number>().as('waiting'),
          fn.min<number | null>('since_ms').as('oldest_ms'),
        ])
        .executeTakeFirstOrThrow();
      return { waiting, oldest_ms: oldest_ms ?? 0 };
    },
  };
}

async function claim(
  { db }: Writing,
  owner: string,
  nowMs: number,
  untilMs: number,
  limit: number,
): Promise<Pending[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['incident_id', 'severity', 'input'])
    .where('lease_until_ms', '<=', nowMs)
    .orderBy('severity_rank', 'desc')
    .orderBy('seq')
    .limit(limit)
    .execute();
  if (rows.length === 0) return [];
  const ids = rows.map(({ incident_id }) => incident_id);
  await db
    .updateTable('outbox')
    .set({ owner, lease_until_ms: untilMs })
    .where('incident_id', 'in', ids)
    .execute();
  return rows.map(({ severity, input }) => ({ severity, input: inputOf(input) }));
}

function inputOf(text: string): IncidentInput {
  const input: IncidentInput = JSON.parse(text);
  return input;
}
