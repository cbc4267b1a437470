import type { AttestRequest } from '../src/domain/activities.ts';
import type { AttestationVerdict } from '../src/domain/attestor.ts';
import type { Attestation } from '../src/domain/events.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import { NOTHING_PROVED, tooManyAttempts } from './attestation.ts';
import { challenge } from './challenge.ts';
import type { ActivityDeps } from './deps.ts';
import { askAttestor } from './ask-attestor.ts';

/**
 * The word of the host's own attestor, where the policy takes it: a claim of the machine under suspicion about itself,
 * and labelled as one.
 */
export async function attestByClaim(
  deps: ActivityDeps,
  request: AttestRequest,
): Promise<Attestation> {
  const { incident_id, host, binding } = request;
  const occasion = { purpose: 'reattest', incident_id, host, binding } as const;
  const asked = await challenge(deps, occasion, (nonce) => askAttestor(deps, host, nonce));
  if (asked === null) return tooManyAttempts(host);
  const verdict = asked.consumed?.expired === false ? asked.answer : TOO_LATE;
  const evidence = await deps.store.put(
    new TextEncoder().encode(
      canonicalJson({ challenge: { ...asked.issued }, answer: base64(asked.answer.evidence) }),
    ),
    'application/json',
  );
  const { accepted, detail } = verdict;
  const reason = accepted ? 'ok' : verdict.reason;
  const { nonce } = asked.issued;
  const at_ms = deps.now();
  await deps.ledger.attestations.conclude({
    nonce,
    accepted,
    reason,
    evidence,
    clock: null,
    at_ms,
  });
  const common = { ...NOTHING_PROVED, host, reason, detail, evidence };
  if (!verdict.accepted) return common;
  const { assurance, attestor } = verdict;
  const expires_at = new Date(at_ms + deps.policy().attestation.verdict_expiry).toISOString();
  return { ...common, accepted: true, proof: 'attestor_claim', assurance, attestor, expires_at };
}

const TOO_LATE: AttestationVerdict = {
  accepted: false,
  reason: 'stale',
  detail: 'the challenge was answered too late',
};

function base64(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? new Uint8Array()).toString('base64');
}
