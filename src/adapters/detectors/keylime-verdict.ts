import { keylimeStanding } from '../../domain/keylime.ts';

/** What a verifier said of an agent, or why it said nothing. */
export type VerifierAnswer =
  | { operational_state: number | null; attestation_status: string; last_event_id: string }
  | { silent: string };

/** Of a revocation that came by webhook, what tells it from others. */
export interface Revocation {
  agent_id: string;
  event_id: string;
}

/**
 * `confirmed`: the verifier says itself that the agent failed. `denied`: it says that the agent passes. `unknown`: it
 * says neither, which is no reason to do less than for a confirmed one.
 */
export interface KeylimeVerdict {
  verdict: 'confirmed' | 'denied' | 'unknown';
  reason: string;
}

/** A webhook is whoever has its URL; the verifier is who it shows to be. */
export function judgeRevocation(revocation: Revocation, answer: VerifierAnswer): KeylimeVerdict {
  if ('silent' in answer) return { verdict: 'unknown', reason: answer.silent };
  const { operational_state, attestation_status, last_event_id } = answer;
  const { standing, state, disagree } = keylimeStanding(operational_state, attestation_status);
  const said = `the verifier says ${[state, attestation_status].filter((w) => w !== '').join(', ')}`;
  if (standing === 'undecided') return { verdict: 'unknown', reason: said };
  if (standing === 'attested') return { verdict: 'denied', reason: said };
  const other = last_event_id !== '' && last_event_id !== revocation.event_id;
  const notes = [
    ...(disagree ? ['which contradict each other'] : []),
    ...(other ? [`of another event, ${last_event_id}`] : []),
  ];
  return { verdict: 'confirmed', reason: [said, ...notes].join(', ') };
}
