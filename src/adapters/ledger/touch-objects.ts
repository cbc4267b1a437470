import {
  CUSTODY,
  type CustodyRecord,
  type Toucher,
  touched,
  type TouchedObject,
} from '../../domain/custody.ts';
import { append } from './incident-log.ts';
import type { Writing } from './group-commit.ts';

/** Records what Cordon did to objects, with each incident that names any of them. */
export async function touchObjects(
  writing: Writing,
  touch: CustodyRecord['touch'],
  objects: readonly TouchedObject[],
  { trustedMs, ...toucher }: Toucher & { trustedMs: number },
): Promise<void> {
  const trusted_at = new Date(trustedMs).toISOString();
  const named = await namedBy(writing, objects);
  for (const [incidentId, what] of named) {
    const record = { ...touched(touch, toucher, []), what, trusted_at };
    await recordTouch(writing, incidentId, toucher, record);
  }
}

export async function recordTouch(
  writing: Writing,
  incidentId: string,
  { key, at }: Pick<Toucher, 'key' | 'at'>,
  record: CustodyRecord,
): Promise<void> {
  const event = { type: CUSTODY, ...record } as const;
  await append(writing, incidentId, [{ key, at, actor: record.who.name, event }]);
}

async function namedBy(
  { db }: Pick<Writing, 'db'>,
  objects: readonly TouchedObject[],
): Promise<Map<string, TouchedObject[]>> {
  const named = new Map<string, TouchedObject[]>();
  for (const object of objects) {
    const by = db.selectFrom('kept_by').select('incident_id').where('sha256', '=', object.sha256);
    for (const { incident_id } of await by.orderBy('incident_id').execute()) {
      named.set(incident_id, [...(named.get(incident_id) ?? []), object]);
    }
  }
  return named;
}
