/** `operational_state` of an agent, as the verifier of Keylime numbers them: keylime/common/states.py. */
const STATES = [
  ...['REGISTERED', 'START', 'SAVED', 'GET_QUOTE', 'GET_QUOTE_RETRY', 'PROVIDE_V'],
  ...['PROVIDE_V_RETRY', 'FAILED', 'TERMINATED', 'INVALID_QUOTE', 'TENANT_FAILED'],
] as const;

/** `FAILED` ends attestation; so does a quote that could not be trusted, or a tenant who gave up. */
const FAILED: readonly string[] = ['FAILED', 'INVALID_QUOTE', 'TENANT_FAILED'];
/** The agent is asked for a quote, again and again, as long as it passes. */
const ATTESTED = 'GET_QUOTE';

export interface KeylimeStanding {
  /** `undecided`: it has not been attested yet, or is no longer asked. */
  standing: 'attested' | 'failed' | 'undecided';
  /** The state by its name; '' where there is none, as with agents that push. */
  state: string;
  /** One of the two says that it failed, and the other that it passed. */
  disagree: boolean;
}

/**
 * What the verifier says of an agent, by `operational_state` and by `attestation_status` (PASS, FAIL or PENDING). It has
 * been seen to say PASS of an agent that had failed, so that neither is believed alone: the worse of the two is taken.
 */
export function keylimeStanding(operational: unknown, status: unknown): KeylimeStanding {
  const state = (typeof operational === 'number' && STATES[operational]) || '';
  const failed = FAILED.includes(state);
  if (failed || status === 'FAIL') {
    const disagree = failed ? status === 'PASS' : state === ATTESTED;
    return { standing: 'failed', state, disagree };
  }
  const isAttested = status === 'PASS' && (state === ATTESTED || operational === null);
  return { standing: isAttested ? 'attested' : 'undecided', state, disagree: false };
}
