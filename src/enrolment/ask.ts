import {
  groupOf,
  type AttestationGroup,
  type AttestationPolicy,
} from '../domain/attestation-policy.ts';
import { Fault } from '../domain/fault.ts';
import type { AgentAnswer } from '../domain/host-agent.ts';
import { Refusal } from '../evidence/tpm/refusal.ts';

/** What an agent said, or a Fault with the reason's code where it says nothing. */
export async function told<T>(answer: Promise<AgentAnswer<T>>): Promise<T> {
  const said = await answer;
  if ('reason' in said) return refuse(said.reason, said.detail);
  return said.answer;
}

/** The host's group in the policy, without which nothing it quotes can be judged. Fault `no_attestation_group`. */
export function groupFor(policy: AttestationPolicy, host: string): AttestationGroup {
  const group = groupOf(policy, host);
  return group ?? refuse('no_attestation_group', `attestation.yaml has no group for ${host}`);
}

/** Does the work; a refusal of the verifier's becomes a Fault of its reason. */
export function orFault<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.reason, error.message);
    return refuse('malformed-evidence', String(error));
  }
}

/** The reasons of the verifier are written with dashes, and the codes of faults without. */
export function refuse(reason: string, message: string): never {
  throw new Fault(reason.replaceAll('-', '_'), message, { retryable: false });
}
