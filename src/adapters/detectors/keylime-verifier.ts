import { z } from 'zod';
import type { Cancellation } from '../../domain/attestor.ts';
import { deadline } from '../attestor/deadline.ts';
import { createEndpoint, type Answer, type Place } from '../targets/endpoint.ts';
import type { VerifierAnswer } from './keylime-verdict.ts';

/** Where a verifier is, whose token opens it and whose authority it shows. */
export interface KeylimeVerifierConfig {
  place: Place;
  /** CORDON_HOME: what relative files are below. */
  home: string;
  /** As it stands in its paths: `2.5`. */
  version: string;
  timeoutMs: number;
}

export interface KeylimeVerifier {
  /** What the verifier says now of the agent with this uuid. Never throws: silence is an answer. */
  ask(agentId: string, cancellation?: Cancellation): Promise<VerifierAnswer>;
  close(): Promise<void>;
}

/** A uuid, or a name that an operator gave. It comes out of an alert, and becomes part of a path. */
const AGENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** `GET /v2.x/agents/{uuid}`. Of the answer's many members, those that tell how the agent stands. */
const answerSchema = z.object({
  results: z.object({
    operational_state: z.int().nullable(),
    attestation_status: z.string(),
    last_event_id: z.string().nullish(),
  }),
});

/** Keeps no connection beyond `close`. */
export function createKeylimeVerifier(config: KeylimeVerifierConfig): KeylimeVerifier {
  const endpoint = createEndpoint(config.place, config.home);
  return {
    ask: async (agentId, cancellation) => {
      if (!AGENT_ID.test(agentId)) return { silent: 'the alert names no agent to ask about' };
      const path = `/v${config.version}/agents/${agentId}`;
      const signal = deadline(config.timeoutMs, cancellation);
      return read(await endpoint.call({ method: 'GET', path }, signal));
    },
    close: () => endpoint.close(),
  };
}

function read(answer: Answer): VerifierAnswer {
  if ('failure' in answer) return { silent: answer.detail };
  if (answer.status === 404) return { silent: 'the verifier does not know the agent' };
  if (answer.status !== 200) return { silent: `the verifier answered ${answer.status}` };
  const parsed = answerSchema.safeParse(json(answer.bytes));
  if (!parsed.success) return { silent: 'the verifier gave an answer of another form' };
  const { operational_state, attestation_status, last_event_id } = parsed.data.results;
  return { operational_state, attestation_status, last_event_id: last_event_id ?? '' };
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
