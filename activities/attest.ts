import type { Activities, AttestRequest } from '../src/domain/activities.ts';
import { groupOf } from '../src/domain/attestation-policy.ts';
import type { Attestation } from '../src/domain/events.ts';
import { attestByClaim } from './attest-by-claim.ts';
import { attestByQuote } from './attest-by-quote.ts';
import { refusedBefore } from './attestation.ts';
import type { ActivityDeps } from './deps.ts';

/** Has the host of an incident prove itself, in the way that its enrolment and the policy in force ask for. */
export async function attest(
  deps: ActivityDeps,
  request: AttestRequest,
): ReturnType<Activities['attest']> {
  const { attestation: policy } = deps.policy();
  const host = request.host === '' ? (policy.unnamed_host ?? '') : request.host;
  const enrolment = host === '' ? null : await deps.ledger.attestations.enrolment(host);
  if (enrolment === null) return withoutEnrolment(deps, { ...request, host });
  const group = groupOf(policy, host);
  if (group === null) {
    return refusedBefore(host, 'policy-invalid', `attestation.yaml has no group for ${host}`);
  }
  if (!group.assurance.includes(enrolment.assurance)) {
    const detail = `${enrolment.assurance} assurance is not enough for ${host}`;
    return refusedBefore(host, 'weak-assurance', detail);
  }
  return attestByQuote(deps, { ...request, host }, enrolment, group);
}

/** An enrolled host never falls back to this: whoever could silence its agent would be believed for less. */
function withoutEnrolment(deps: ActivityDeps, request: AttestRequest): Promise<Attestation> {
  if (deps.policy().attestation.without_enrolment === 'runtime_attestor') {
    return attestByClaim(deps, request);
  }
  const who = request.host === '' ? 'a host without a name' : request.host;
  return Promise.resolve(refusedBefore(request.host, 'not-enrolled', `${who} is not enrolled`));
}
