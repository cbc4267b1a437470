import type { ExpressionBuilder } from 'kysely';
import { evidenceRefSchema } from '../../domain/evidence.ts';
import type { KeptObject } from '../../domain/keeping.ts';
import type { Backend } from './backend.ts';
import type { KeptObjectRow, Tables } from './tables.ts';

type Db = Pick<Backend['reader'], 'selectFrom'>;

/** Objects, each with whether any incident holds it: 1 or 0. */
export function keptObjects(db: Db) {
  return db
    .selectFrom('kept_objects')
    .selectAll('kept_objects')
    .select((build) =>
      build.case().when(isHeld(build)).then(build.lit(1)).else(build.lit(0)).end().as('held'),
    );
}

/** Whether any incident that names the object is under legal hold. */
export function isHeld({ exists, selectFrom }: ExpressionBuilder<Tables, 'kept_objects'>) {
  return exists(
    selectFrom('kept_by')
      .innerJoin('kept_incidents', 'kept_incidents.incident_id', 'kept_by.incident_id')
      .select('kept_by.sha256')
      .whereRef('kept_by.sha256', '=', 'kept_objects.sha256')
      .where('kept_incidents.held', '=', 1),
  );
}

export function keptObject(row: KeptObjectRow & { held: number }): KeptObject {
  const { tombstone, held, turn: _turn, reserved_ms: _reserved, ...object } = row;
  return {
    ...object,
    held: held === 1,
    tombstone: tombstone === '' ? null : evidenceRefSchema.parse(JSON.parse(tombstone)),
  };
}
