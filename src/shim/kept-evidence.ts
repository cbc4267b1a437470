import type { Incident } from '../domain/incident-record.ts';
import type { KeptObject } from '../domain/keeping.ts';
import type { KeptEvidence } from '../domain/kept-evidence.ts';
import type { ShimDeps } from './deps.ts';
import { knownIncident } from './known-incident.ts';
import { refuse } from './refuse.ts';
import { instantOf } from '../domain/instant.ts';

type Deps = Pick<ShimDeps, 'ledger'>;

/** All that one incident names. Throws `incident_not_found`. */
export async function keptEvidence(incidentId: string, { ledger }: Deps): Promise<KeptEvidence[]> {
  const incident = await knownIncident(ledger.register, incidentId);
  const objects = await ledger.keeping.of(incident.id);
  const tombstones = new Set(objects.map(({ tombstone }) => tombstone?.sha256));
  return objects.map((object) => {
    const { sha256 } = object;
    return shown(object, tombstones.has(sha256) ? 'tombstone' : nameOf(incident, sha256));
  });
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
    until: until_ms === null ? '' : instantOf(until_ms),
    marked_at: orNever(object.marked_ms),
    removed_at: orNever(object.removed_ms),
    tombstone: tombstone?.sha256 ?? '',
  };
}

function orNever(ms: number): string {
  return ms === 0 ? '' : instantOf(ms);
}

function nameOf(
  { artifacts, evidence_receipt, attestation, bundle, playbook }: Incident,
  sha256: string,
): string {
  const artifact = artifacts.find((one) => one.sha256 === sha256);
  if (artifact) return artifact.collector;
  if (evidence_receipt?.manifest.sha256 === sha256) return 'manifest';
  if (attestation?.evidence?.sha256 === sha256) return 'attestation';
  if (playbook?.review?.document.sha256 === sha256) return 'review';
  const task = playbook?.tasks.find(({ evidence }) =>
    evidence.some((one) => one.sha256 === sha256),
  );
  if (task) return task.task;
  return bundle?.sha256 === sha256 ? 'bundle' : '';
}
