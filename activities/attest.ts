import type { Activities, AttestationOutcome, AttestRequest } from '../src/domain/activities.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import { challengeNonce } from '../src/evidence/challenge.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Challenge, fetch, verify and commit in one attempt: a repeat makes a nonce of its own. What was asked and what
 * was answered go to the evidence store together, whatever the verdict.
 */
export async function attest(
  deps: ActivityDeps,
  request: AttestRequest,
): ReturnType<Activities['attest']> {
  const challenge = { ...request, salt: Buffer.from(deps.random()).toString('hex') };
  const nonce = challengeNonce(challenge);
  const verdict = await deps.attestor.attest(request.host, nonce);
  const answer = verdict.evidence ?? new Uint8Array();
  const evidence = await deps.store.put(
    new TextEncoder().encode(
      canonicalJson({ challenge, nonce, answer: Buffer.from(answer).toString('base64') }),
    ),
    'application/json',
  );
  const said: Pick<AttestationOutcome, 'accepted' | 'reason' | 'assurance' | 'attestor'> =
    verdict.accepted
      ? { accepted: true, reason: 'ok', assurance: verdict.assurance, attestor: verdict.attestor }
      : { accepted: false, reason: verdict.reason, assurance: '', attestor: '' };
  return { ...said, detail: verdict.detail, evidence };
}
