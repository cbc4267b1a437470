import type { z } from 'zod';
import type { AgentPlace, AttestationPolicy } from '../../domain/attestation-policy.ts';
import type { Cancellation } from '../../domain/attestor.ts';
import { freezeAnswerSchema, type CaptureRequest } from '../../domain/host-capture.ts';
import { blockAnswerSchema } from '../../domain/host-blocking.ts';
import { containAnswerSchema } from '../../domain/host-containment.ts';
import type { HostSubject } from '../../domain/host-subject.ts';
import {
  activatedSchema,
  identitySchema,
  quoteAnswerSchema,
  type AgentAnswer,
  type AgentRefusal,
  type HostAgent,
  type HostArtifact,
} from '../../domain/host-agent.ts';
import { createEndpointPool, type EndpointPool } from '../targets/endpoint-pool.ts';
import type { Call, Endpoint } from '../targets/endpoint.ts';
import { asked, type Asked } from './asked.ts';
import { deadline } from './deadline.ts';
import { hostArtifact } from './host-artifact.ts';

/** What firmware logs in a boot is tens of KiB; the verifier takes no more either. */
const MOST_EVENT_LOG_BYTES = 1024 * 1024;

/** The agent ends a collector at its deadline by itself, and says what there is of the artifact. */
const CAPTURE_MARGIN_MS = 5_000;

const REFUSALS = {
  unconfigured: 'agent-unconfigured',
  refused: 'agent-refused',
  bad_answer: 'malformed-evidence',
} as const satisfies Record<string, AgentRefusal>;

export interface HostAgentsDeps {
  /** The running policy, asked at every call. */
  policy: () => AttestationPolicy;
  /** CORDON_HOME: what relative sockets and files are below. */
  home: string;
}

/** The agents of the hosts that the running policy names. `close` ends their connections. */
export function createHostAgents(deps: HostAgentsDeps): HostAgent & { close(): Promise<void> } {
  const pool = createEndpointPool(deps.home);
  const call = (host: string, what: Call, signal?: Cancellation) =>
    ask(deps.policy().hosts, pool, host, what, signal);
  const contain = async (path: string, host: string, body: object, signal?: Cancellation) =>
    aboutSubject(await call(host, { method: 'POST', path, body }, signal), containAnswerSchema);
  const block = async (path: string, host: string, body: object, signal?: Cancellation) =>
    aboutSubject(await call(host, { method: 'POST', path, body }, signal), blockAnswerSchema);
  const order = (what: 'freeze' | 'thaw', host: string, body: { subject: HostSubject }) =>
    call(host, { method: 'POST', path: `/api/v1/${what}`, body });
  return {
    quote: async (host, nonce, signal) => {
      const body = { request_nonce: nonce };
      const answer = await call(host, { method: 'POST', path: '/api/v1/quote', body }, signal);
      return parsed(answer, quoteAnswerSchema);
    },
    eventLog: async (host, signal) => {
      const what = { method: 'GET', path: '/api/v1/event-log' } as const;
      const answer = await call(host, { ...what, mostBytes: MOST_EVENT_LOG_BYTES }, signal);
      if (!('reason' in answer)) return { answer: answer.bytes };
      const isMissing = answer.status === 404;
      return refused(answer, isMissing ? 'event-log-missing' : REFUSALS[answer.reason]);
    },
    identity: async (host) =>
      parsed(await call(host, { method: 'GET', path: '/api/v1/identity' }), identitySchema),
    activate: async (host, body) => {
      const answer = await call(host, { method: 'POST', path: '/api/v1/activate', body });
      // A TPM opens no credential for keys that it does not hold.
      if ('reason' in answer && answer.status === 422) return refused(answer, 'credential-refused');
      const read = parsed(answer, activatedSchema);
      if ('reason' in read) return read;
      return { answer: Buffer.from(read.answer.secret, 'base64') };
    },
    freeze: async (host, subject, lease) => {
      const body = { subject, ...(lease !== undefined && { lease }) };
      return aboutSubject(await order('freeze', host, body), freezeAnswerSchema);
    },
    thaw: async (host, subject, holder) => {
      const body = { subject, ...(holder !== undefined && { holder }) };
      return aboutSubject(await order('thaw', host, body), freezeAnswerSchema);
    },
    contain: (host, body, signal) => contain('/api/v1/contain', host, body, signal),
    containState: (host, body, signal) => contain('/api/v1/contain/state', host, body, signal),
    block: (host, body, signal) => block('/api/v1/block', host, body, signal),
    blockState: (host, body, signal) => block('/api/v1/block/state', host, body, signal),
    capture: (host, request) => capture(deps.policy().hosts, pool, host, request),
    close: () => pool.close(),
  };
}

async function ask(
  places: Record<string, AgentPlace>,
  pool: EndpointPool,
  host: string,
  call: Call,
  cancellation: Cancellation | undefined,
): Promise<Asked> {
  const found = find(places, pool, host);
  if ('reason' in found) return found;
  const signal = deadline(found.place.timeout_ms, cancellation);
  return asked('agent', await found.endpoint.call(call, signal));
}

async function capture(
  places: Record<string, AgentPlace>,
  pool: EndpointPool,
  host: string,
  body: CaptureRequest,
): Promise<AgentAnswer<HostArtifact>> {
  const found = find(places, pool, host);
  if ('reason' in found) return refused(found, REFUSALS[found.reason]);
  const signal = AbortSignal.timeout(body.deadline_ms + CAPTURE_MARGIN_MS);
  const call = { method: 'POST', path: '/api/v1/capture', body } as const;
  const answer = await found.endpoint.stream(call, signal);
  if ('trailer' in answer) return { answer: hostArtifact(answer) };
  const said = asked('agent', answer);
  if ('reason' in said) return refused(said, refusalOf(said));
  return { reason: 'malformed-evidence', detail: 'the agent sent no artifact' };
}

interface Found {
  place: AgentPlace;
  endpoint: Endpoint;
}

function find(
  places: Record<string, AgentPlace>,
  pool: EndpointPool,
  host: string,
): Found | { reason: 'unconfigured'; detail: string } {
  const place = Object.hasOwn(places, host) ? places[host] : undefined;
  if (place === undefined) {
    return { reason: 'unconfigured', detail: `attestation.yaml does not say where ${host} is` };
  }
  const endpoint = endpointAt(place, places, pool);
  if (endpoint !== null) return { place, endpoint };
  return { reason: 'unconfigured', detail: `no authority can be read from ${place.ca_file}` };
}

/** Null where the file of the authority cannot be read, which is all that can stand against an endpoint. */
function endpointAt(
  place: AgentPlace,
  places: Record<string, AgentPlace>,
  pool: EndpointPool,
): Endpoint | null {
  try {
    return pool.at(place, places);
  } catch (error) {
    if (place.ca_file !== undefined) return null;
    throw error;
  }
}

/** What the agent says of the subject is no fault of its form. */
const UNABLE: readonly unknown[] = [400, 404, 422];

type NoAnswer = Extract<Asked, { reason: unknown }>;

function refusalOf({ status, reason }: NoAnswer): AgentRefusal {
  return UNABLE.includes(status) ? 'agent-unable' : REFUSALS[reason];
}

function aboutSubject<T>(answer: Asked, schema: z.ZodType<T>): AgentAnswer<T> {
  return 'reason' in answer ? refused(answer, refusalOf(answer)) : parsed(answer, schema);
}

function parsed<T>(answer: Asked, schema: z.ZodType<T>): AgentAnswer<T> {
  if ('reason' in answer) return refused(answer, REFUSALS[answer.reason]);
  const read = schema.safeParse(json(answer.bytes));
  if (read.success) return { answer: read.data };
  const { path = [], message = '' } = read.error.issues[0] ?? {};
  const detail = `the agent's answer is not of its form: ${path.map(String).join('.')} ${message}`;
  return { reason: 'malformed-evidence', detail };
}

function refused({ detail }: { detail: string }, reason: AgentRefusal) {
  return { reason, detail };
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
