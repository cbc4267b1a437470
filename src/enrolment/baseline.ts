import { Fault } from '../domain/fault.ts';
import type { PcrValues } from '../domain/pcr-policy.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import { sha256Hex } from '../evidence/digest.ts';
import { groupFor, refuse } from './ask.ts';
import type { EnrolmentDeps } from './deps.ts';
import { showState } from './show-state.ts';

export interface BaselineRequest {
  host: string;
  name: string;
  /** Whether the host may be under an incident: what it shows may then be an attacker's doing. */
  despiteIncident: boolean;
  approvedBy: string;
}

/** More than an installation ever has open: one that was overlooked could be the one about this host. */
const MOST_UNRESOLVED = 1_000_000;

/**
 * The state that an enrolled host shows now, noted in the ledger as one that a person has approved. Faults:
 * `baseline_exists`, `not_enrolled`, `host_under_incident`, and the verifier's reasons.
 */
export async function captureBaseline(
  deps: EnrolmentDeps,
  { host, name, despiteIncident, approvedBy }: BaselineRequest,
): Promise<PcrValues> {
  const group = groupFor(deps.policy, host);
  if (Object.hasOwn(group.baselines, name)) {
    return refuse('baseline_exists', `${host} has a baseline ${name} already`);
  }
  const enrolment = await deps.attestations.enrolment(host);
  if (enrolment === null) return refuse('not_enrolled', `${host} is not enrolled`);
  const incidents = await incidentsOf(deps, host);
  if (incidents.length > 0 && !despiteIncident) {
    const message = `${host} is under ${incidents.join(', ')}: what it shows now may be an attacker's`;
    throw new Fault('host_under_incident', message, { retryable: false });
  }
  const { pcr_values } = await showState(deps, enrolment, group);
  // A host's name may be longer than a key.
  const digest = sha256Hex(canonicalJson({ host, name, pcr_values }));
  await deps.log.note({
    key: `baseline_captured/${digest}`,
    at: new Date(deps.now()).toISOString(),
    actor: approvedBy,
    type: 'baseline_captured',
    body: { host, name, enrolment: enrolment.version, pcr_values, incidents },
  });
  return pcr_values;
}

async function incidentsOf({ register, policy }: EnrolmentDeps, host: string): Promise<string[]> {
  const unresolved = await register.unresolvedSince('', MOST_UNRESOLVED);
  return unresolved
    .filter(({ subject }) => (subject.host ?? policy.unnamed_host) === host)
    .map(({ id }) => id);
}
