import type { Activities } from '../src/domain/activities.ts';
import type { EvidenceRef } from '../src/domain/evidence.ts';
import type { ActivityDeps } from './deps.ts';
import { record } from './record.ts';

type Request = Parameters<Activities['seal']>[0];

/** Writes what is still to be written, then the signed bundle of all of it, then where that is kept. */
export async function seal(deps: ActivityDeps, request: Request): Promise<EvidenceRef> {
  await record(deps, request);
  const bytes = await deps.exportIncident(request.incident_id);
  const bundle = await deps.store.put(bytes, 'application/json');
  const at = new Date(deps.now()).toISOString();
  const event = { type: 'sealed', bundle } as const;
  await deps.ledger.log.append(request.incident_id, [
    { key: request.reviewed ? 'sealed/reviewed' : 'sealed', at, actor: 'cordon', event },
  ]);
  return bundle;
}
