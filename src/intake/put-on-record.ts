import { CUSTODY, type CustodyRecord, type Toucher } from '../domain/custody.ts';
import type { IncidentLog } from '../domain/ledger.ts';

/** Records a touch: with the incident, or, where `incidentId` is '', about none. It throws where it cannot. */
export async function putOnRecord(
  log: Pick<IncidentLog, 'append' | 'note'>,
  incidentId: string,
  { key, at }: Pick<Toucher, 'key' | 'at'>,
  record: CustodyRecord,
): Promise<void> {
  const actor = record.who.name;
  if (incidentId === '') {
    await log.note({ key, at, actor, type: CUSTODY, body: { ...record } });
  } else {
    await log.append(incidentId, [{ key, at, actor, event: { type: CUSTODY, ...record } }]);
  }
}
