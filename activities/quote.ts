import type { Activities, Captured, QuoteRequest } from '../src/domain/activities.ts';
import { groupOf } from '../src/domain/attestation-policy.ts';
import type { ActivityDeps } from './deps.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { takeQuote } from './take-quote.ts';

/** A quote at containment, best effort: whatever state the host is in, an authentic one dates the containment. */
export async function quote(
  deps: ActivityDeps,
  request: QuoteRequest,
): ReturnType<Activities['quote']> {
  const { incident_id, binding } = request;
  const { attestation: policy } = deps.policy();
  const host = request.host === '' ? (policy.unnamed_host ?? '') : request.host;
  const enrolment = host === '' ? null : await deps.ledger.attestations.enrolment(host);
  const group = groupOf(policy, host);
  if (enrolment === null || group === null) return gap('the host is not enrolled, or in no group');
  const occasion = { purpose: 'containment', incident_id, host, binding } as const;
  const question = { occasion, enrolment, group, resetCountAbove: null };
  const taken = await takeQuote(deps, question, async () => '');
  if (taken === null) return gap('the incident has had its attempts');
  const { nonce, reason, evidence, verdict } = taken;
  const concluded = { nonce, accepted: false, reason, evidence, clock: null, at_ms: deps.now() };
  await deps.ledger.attestations.conclude(concluded);
  const reset_count = verdict?.quoted?.clock.reset_count ?? null;
  return { artifacts: [{ collector: 'quote', ...evidence }], gaps: [], reset_count, receipt: null };
}

/** A TPM quotes one after another: in a flood of incidents about one host, most go without. */
const MOST_AT_ONCE = 2;

/** The same, for few incidents of a host at once. */
export function createQuote(deps: ActivityDeps): Activities['quote'] {
  const few = fewAtATime(MOST_AT_ONCE, gap('the TPM is being asked for other incidents'));
  return (request) => few(request.host, () => quote(deps, request));
}

function gap(reason: string): Captured {
  return {
    artifacts: [],
    gaps: [{ collector: 'quote', reason }],
    reset_count: null,
    receipt: null,
  };
}
