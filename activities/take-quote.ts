import type { AttestationGroup } from '../src/domain/attestation-policy.ts';
import type { ConsumedChallenge, LastAccepted } from '../src/domain/attestations.ts';
import type { Enrolment } from '../src/domain/enrolment.ts';
import type { EvidenceRef } from '../src/domain/evidence.ts';
import type { AgentAnswer, QuoteAnswer } from '../src/domain/host-agent.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import { verifyAgainst, type BaselineVerdict } from '../src/evidence/tpm/baselines.ts';
import { challenge, type Answered, type Occasion } from './challenge.ts';
import type { ActivityDeps } from './deps.ts';

/** What one question to a host's agent came to. `reason` is `ok`, or why the host is not believed. */
export interface TakenQuote {
  nonce: string;
  reason: string;
  detail: string;
  /** Null where the agent gave nothing that could be verified. */
  verdict: BaselineVerdict | null;
  last: LastAccepted | null;
  evidence: EvidenceRef;
  /** What the attestor said in the meantime, if it was asked. */
  aside: string;
}

export interface Question {
  occasion: Occasion;
  enrolment: Enrolment;
  group: AttestationGroup;
  /** The TPM must have been reset since it counted this; null: whether or not it was. */
  resetCountAbove: number | null;
}

/**
 * Challenge, fetch and verify. Everything that decided goes to the evidence store, in the very form in which it can be
 * verified again. Null where the incident has had its attempts; a fault of the transport is thrown, and the nonce is
 * used up all the same.
 */
export async function takeQuote(
  deps: ActivityDeps,
  question: Question,
  askAside: (nonce: string) => Promise<string>,
): Promise<TakenQuote | null> {
  // Read before the quote is made: one that another overtakes has then raced, and its clock was not turned back.
  const last = await deps.ledger.attestations.lastAccepted(question.enrolment.ak_name);
  const asked = await challenge(deps, question.occasion, async (nonce) => {
    const [fetched, aside] = await Promise.all([fetch(deps, question, nonce), askAside(nonce)]);
    return { fetched, aside };
  });
  if (asked === null) return null;
  const { fetched, aside } = asked.answer;
  const verdict = 'reason' in fetched ? null : judge(question, asked, fetched.answer, last);
  const kept = { challenge: { ...asked.issued }, attestor_says: aside };
  const evidence = await keep(deps, { ...kept, ...(verdict === null ? fetched : shown(verdict)) });
  const { reason, detail } = wordOf(fetched, verdict);
  return { nonce: asked.issued.nonce, reason, detail, verdict, last, evidence, aside };
}

interface Fetched extends QuoteAnswer {
  event_log: string | null;
}

/** The quote and, where the policy wants it, the boot's event log. */
async function fetch(
  { hostAgent }: ActivityDeps,
  { occasion: { host }, group }: Question,
  nonce: string,
): Promise<AgentAnswer<Fetched>> {
  const quote = await hostAgent.quote(host, nonce);
  if ('reason' in quote) return quote;
  if (!group.require_event_log) return { answer: { ...quote.answer, event_log: null } };
  const log = await hostAgent.eventLog(host);
  // Without its log an authentic quote still says how often the TPM was reset: the verifier refuses it for the rest.
  const event_log = 'reason' in log ? null : Buffer.from(log.answer).toString('base64');
  return { answer: { ...quote.answer, event_log } };
}

function judge(
  { enrolment, group, resetCountAbove }: Question,
  { consumed }: Pick<Answered<unknown>, 'consumed'>,
  { quote, signature, pcr_values, ak_public, event_log }: Fetched,
  last: LastAccepted | null,
): BaselineVerdict {
  const { host, ak_name, ak_qualified_name, firmware_version } = enrolment;
  const known = { baselines: group.baselines, firmware: group.firmware ?? null };
  return verifyAgainst(known, {
    challenge: challengeOf(consumed),
    enrolment: {
      host_id: host,
      ak_public: enrolment.ak_public,
      ak_name,
      ak_qualified_name,
      firmware_version,
    },
    policy: {
      pcr_selection: group.pcr_selection,
      require_clock_safe: group.require_clock_safe,
      require_event_log: group.require_event_log,
      ...(resetCountAbove !== null && { require_reset_count_above: resetCountAbove }),
    },
    last_accepted: clockOf(last),
    evidence: {
      quote,
      signature,
      pcr_values,
      ak_public,
      ...(event_log !== null && { event_log }),
    },
  });
}

function challengeOf(known: ConsumedChallenge | null) {
  if (known === null) return null;
  const { challenge: issued, expired, consumed } = known;
  return { nonce: issued.nonce, host_id: issued.host, expired, consumed };
}

function clockOf(last: LastAccepted | null) {
  if (last === null) return null;
  const { version: _version, ...clock } = last;
  return clock;
}

function shown(verdict: BaselineVerdict) {
  const { accepted, baseline, document } = verdict;
  return { accepted, reason: accepted ? 'ok' : verdict.reason, baseline, document };
}

function wordOf(
  fetched: AgentAnswer<Fetched>,
  verdict: BaselineVerdict | null,
): { reason: string; detail: string } {
  if ('reason' in fetched) return fetched;
  if (verdict === null || verdict.accepted) return { reason: 'ok', detail: '' };
  return verdict;
}

function keep({ store }: ActivityDeps, what: object): Promise<EvidenceRef> {
  return store.put(new TextEncoder().encode(canonicalJson(what)), 'application/json');
}
