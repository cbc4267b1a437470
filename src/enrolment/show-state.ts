import type { AttestationGroup } from '../domain/attestation-policy.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import type { PcrValues } from '../domain/pcr-policy.ts';
import { challengeNonce } from '../evidence/challenge.ts';
import { verifyQuote } from '../evidence/tpm/quote.ts';
import { refuse, told } from './ask.ts';
import type { EnrolmentDeps } from './deps.ts';

type QuotingKey = Pick<Enrolment, 'host' | 'ak_public' | 'ak_name' | 'ak_qualified_name'>;

/** What a host shows of itself before there is anything to compare it with. */
export interface ShownState {
  pcr_values: PcrValues;
  /** `0x…` */
  firmware_version: string;
}

/**
 * A fresh quote by the key, verified in everything but its PCR values, which are taken as they are: this is how they
 * become known-good. Throws a Fault with the verifier's reason.
 */
export async function showState(
  { hostAgent, random }: Pick<EnrolmentDeps, 'hostAgent' | 'random'>,
  key: QuotingKey,
  { pcr_selection }: AttestationGroup,
): Promise<ShownState> {
  const { host, ak_public, ak_name, ak_qualified_name } = key;
  const salt = Buffer.from(random(32)).toString('hex');
  const nothing = { incident_id: '', binding: '', policy_digest: '' };
  const nonce = challengeNonce({ ...nothing, purpose: 'enrolment', host, salt });
  const {
    quote,
    signature,
    pcr_values,
    ak_public: shown,
  } = await told(hostAgent.quote(host, nonce));
  const verdict = verifyQuote({
    challenge: { nonce, host_id: host, expired: false, consumed: false },
    enrolment: { host_id: host, ak_public, ak_name, ak_qualified_name, firmware_version: null },
    policy: { pcr_selection, golden_pcrs: pcr_values, require_clock_safe: false },
    last_accepted: null,
    evidence: { quote, signature, pcr_values, ak_public: shown },
  });
  if (!verdict.accepted) return refuse(verdict.reason, `${host}: ${verdict.detail}`);
  const firmware = verdict.quoted.firmware.toString(16).padStart(16, '0');
  return { pcr_values, firmware_version: `0x${firmware}` };
}
