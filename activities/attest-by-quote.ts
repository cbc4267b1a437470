import type { AttestRequest } from '../src/domain/activities.ts';
import type { AttestationGroup } from '../src/domain/attestation-policy.ts';
import type { Enrolment } from '../src/domain/enrolment.ts';
import type { Attestation } from '../src/domain/events.ts';
import { Fault } from '../src/domain/fault.ts';
import { askAttestor } from './ask-attestor.ts';
import { NOTHING_PROVED, tooManyAttempts } from './attestation.ts';
import type { ActivityDeps } from './deps.ts';
import { takeQuote, type TakenQuote } from './take-quote.ts';

/** The attestor is asked for the operator's sake: it must not keep a proof waiting. */
const ATTESTOR_PATIENCE_MS = 5_000;

/**
 * A quote of the host's TPM, verified off the host and committed against the last one that was accepted. Throws the
 * transport's faults, and `attestation_raced` where another quote was accepted meanwhile: both may be tried again,
 * with a nonce of their own.
 */
export async function attestByQuote(
  deps: ActivityDeps,
  request: AttestRequest,
  enrolment: Enrolment,
  group: AttestationGroup,
): Promise<Attestation> {
  const { incident_id, host, binding, reset_count } = request;
  const mustReset = group.reset_required.includes(request.class);
  const occasion = { purpose: 'reattest', incident_id, host, binding } as const;
  const question = { occasion, enrolment, group, resetCountAbove: mustReset ? reset_count : null };
  const taken = await takeQuote(deps, question, (nonce) => attestorSays(deps, host, nonce));
  if (taken === null) return tooManyAttempts(host);
  const concluded = mustReset && reset_count === null ? fromNowOn(taken) : taken;
  await commit(deps, concluded, enrolment);
  return attestationOf(deps, concluded, enrolment);
}

/** Where nobody knows what the TPM had counted at containment, resets are counted from the first authentic quote. */
function fromNowOn(taken: TakenQuote): TakenQuote {
  if (taken.reason !== 'ok') return taken;
  const detail =
    'how often the TPM had been reset at containment is not known: it counts from this quote on';
  return { ...taken, reason: 'reboot-required', detail };
}

async function commit(deps: ActivityDeps, taken: TakenQuote, enrolment: Enrolment): Promise<void> {
  const { nonce, reason, evidence, verdict, last } = taken;
  const accepted = reason === 'ok';
  const quoted = accepted ? verdict?.quoted : undefined;
  const clock = quoted
    ? {
        ...quoted.clock,
        clock: String(quoted.clock.clock),
        version: last?.version ?? 0,
        ak_name: enrolment.ak_name,
      }
    : null;
  const conclusion = { nonce, accepted, reason, evidence, clock, at_ms: deps.now() };
  if (await deps.ledger.attestations.conclude(conclusion)) return;
  const message = 'another quote of this host was accepted meanwhile';
  throw new Fault('attestation_raced', message, { retryable: true });
}

function attestationOf(
  deps: ActivityDeps,
  { reason, detail, verdict, evidence, aside }: TakenQuote,
  { host, trust, assurance, version }: Enrolment,
): Attestation {
  const reset_count = verdict?.quoted?.clock.reset_count ?? null;
  const common = { ...NOTHING_PROVED, host, trust, reason, evidence, reset_count };
  const beside = { ...common, proof: 'tpm_quote', attestor_says: aside } as const;
  if (reason !== 'ok') return { ...beside, detail };
  const baseline = verdict?.baseline ?? '';
  return {
    ...beside,
    accepted: true,
    detail: `a TPM quote of ${host} matches ${baseline} (${assurance}, ${trust}, enrolment ${version})`,
    assurance,
    baseline,
    attestor: 'tpm',
    expires_at: new Date(deps.now() + deps.policy().attestation.verdict_expiry).toISOString(),
  };
}

/** One sentence of the host's own attestor; whatever it says or fails to say, the quote decides. */
async function attestorSays(deps: ActivityDeps, host: string, nonce: string): Promise<string> {
  try {
    const patience = AbortSignal.timeout(ATTESTOR_PATIENCE_MS);
    const verdict = await askAttestor(deps, host, nonce, patience);
    return verdict.accepted
      ? `trusted (${verdict.assurance})`
      : `${verdict.reason}: ${verdict.detail}`;
  } catch (error) {
    if (error instanceof Fault) return `no answer: ${error.code}`;
    throw error;
  }
}
