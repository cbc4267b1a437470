import type { Backend } from './backend.ts';
import type { EntryRow, IncidentRow } from './tables.ts';

/** The tables as they are, for a verifier that takes nothing for granted. */
export interface StoredRows {
  /** In the order of the sequence, whatever it holds. */
  entriesAfter(seq: number, limit: number): Promise<EntryRow[]>;
  entriesOf(incidentId: string): Promise<EntryRow[]>;
  registerRow(id: string): Promise<IncidentRow | null>;
  /** The register's ids in their own order; '' is before the first. */
  registerIdsAfter(id: string, limit: number): Promise<string[]>;
}

export function createStoredRows(db: Backend['reader']): StoredRows {
  return {
    entriesAfter: (seq, limit) => {
      const entries = db.selectFrom('entries').selectAll().where('seq', '>', seq);
      return entries.orderBy('seq').limit(limit).execute();
    },
    entriesOf: (incidentId) => {
      const entries = db.selectFrom('entries').selectAll().where('incident_id', '=', incidentId);
      return entries.orderBy('seq').execute();
    },
    registerRow: async (id) => {
      const rows = db.selectFrom('incidents').selectAll().where('id', '=', id);
      return (await rows.executeTakeFirst()) ?? null;
    },
    registerIdsAfter: async (id, limit) => {
      const ids = db.selectFrom('incidents').select('id').where('id', '>', id);
      return (await ids.orderBy('id').limit(limit).execute()).map((row) => row.id);
    },
  };
}
