import { z } from 'zod';
import type { Incident } from '../domain/incident-record.ts';
import type { KeptObject } from '../domain/keeping.ts';
import { instantOrEmptySchema, sha256Schema } from '../domain/primitives.ts';
import type { ShimDeps } from './deps.ts';
import { knownIncident } from './known-incident.ts';
import { refuse } from './refuse.ts';

export const keptEvidenceSchema = z.strictObject({
  sha256: sha256Schema,
  size: z.int(),
  media_type: z.string(),
  name: z.string().describe('What brought it, or what it is'),
  until: instantOrEmptySchema.describe('Until when it is kept; empty: for ever'),
  held: z.boolean().describe('Under legal hold, whatever its date says'),
  state: z.enum(['kept', 'marked', 'removing', 'removed']),
  marked_at: instantOrEmptySchema.describe('By the custody clock'),
  removed_at: instantOrEmptySchema.describe('By the custody clock'),
  tombstone: z.union([z.literal(''), sha256Schema]).describe('The digest of its tombstone'),
});
export type KeptEvidence = z.infer<typeof keptEvidenceSchema>;

type Deps = Pick<ShimDeps, 'ledger'>;

/** All that one incident names. Throws `incident_not_found`. */
export async function keptEvidence(incidentId: string, { ledger }: Deps): Promise<KeptEvidence[]> {
  const incident = await knownIncident(ledger.register, incidentId);
  const objects = await ledger.keeping.of(incident.id);
  return objects.map((object) => shown(object, nameOf(incident, object.sha256)));
}

/** One object that the incident names. Throws `incident_not_found` and `evidence_not_found`. */
export async function evidenceOf(
  incidentId: string,
  sha256: string,
  { ledger }: Deps,
): Promise<KeptObject> {
  const { id } = await knownIncident(ledger.register, incidentId);
  const object = (await ledger.keeping.of(id)).find((one) => one.sha256 === sha256);
  return object ?? refuse('evidence_not_found', `${id} names no evidence ${sha256}`);
}

function shown(object: KeptObject, name: string): KeptEvidence {
  const { sha256, size, media_type, until_ms, held, state, tombstone } = object;
  return {
    ...{ sha256, size, media_type, name, held, state },
    until: until_ms === null ? '' : new Date(until_ms).toISOString(),
    marked_at: instant(object.marked_ms),
    removed_at: instant(object.removed_ms),
    tombstone: tombstone?.sha256 ?? '',
  };
}

function instant(ms: number): string {
  return ms === 0 ? '' : new Date(ms).toISOString();
}

function nameOf(
  { artifacts, evidence_receipt, attestation, bundle }: Incident,
  sha256: string,
): string {
  const artifact = artifacts.find((one) => one.sha256 === sha256);
  if (artifact) return artifact.collector;
  if (evidence_receipt?.manifest.sha256 === sha256) return 'manifest';
  if (attestation?.evidence?.sha256 === sha256) return 'attestation';
  return bundle?.sha256 === sha256 ? 'bundle' : '';
}
