import type { IncomingMessage } from 'node:http';
import { activationSchema, quoteRequestSchema, type Identity } from '../domain/host-agent.ts';
import { type Answer, ok, problem } from './answer.ts';
import { readBody } from './body.ts';
import { type HostOptions, hostRoutesOf } from './host-routes.ts';
import { type QuoteDeps, takeQuote } from './take-quote.ts';
import type { Tpm } from './tpm.ts';

/** A nonce and its name need a hundred bytes. */
const MOST_BODY_BYTES = 4 * 1024;

/** A credential for an RSA-4096 key, in base64, with its secret. */
const MOST_ACTIVATION_BYTES = 8 * 1024;

export interface RouteDeps extends Omit<QuoteDeps, 'tpm'> {
  /** Null on a host that proves nothing, and is only captured and contained. */
  tpm: Tpm | null;
  host: HostOptions;
}

export type Route = (request: IncomingMessage) => Promise<Answer>;

/** Every path that needs the token, by method. */
export function routesOf(deps: RouteDeps): Readonly<Record<string, Record<string, Route>>> {
  return {
    '/api/v1/quote': { POST: withTpm(deps, quote) },
    '/api/v1/identity': { GET: withTpm(deps, identity) },
    '/api/v1/activate': { POST: withTpm(deps, activate) },
    '/api/v1/event-log': { GET: () => eventLog(deps) },
    ...hostRoutesOf(deps.host),
  };
}

type TpmDeps = RouteDeps & { tpm: Tpm };

function withTpm(
  { tpm, ...deps }: RouteDeps,
  answer: (deps: TpmDeps, request: IncomingMessage) => Promise<Answer>,
): Route {
  if (tpm !== null) return (request) => answer({ ...deps, tpm }, request);
  const message = 'this agent uses no TPM: CORDON_AGENT_TPM is off';
  return async () => problem(404, 'no_tpm', message);
}

async function quote(deps: TpmDeps, request: IncomingMessage): Promise<Answer> {
  const read = await readBody(request, quoteRequestSchema, MOST_BODY_BYTES);
  if ('refusal' in read) return read.refusal;
  return ok(await takeQuote(deps, read.body.request_nonce));
}

async function identity({ tpm }: TpmDeps): Promise<Answer> {
  const [ak, ek, certificate] = await Promise.all([
    tpm.akPublic(),
    tpm.ekPublic(),
    tpm.ekCertificate(),
  ]);
  const answer: Identity = {
    schema: 'tpm-identity/1',
    ak_public: ak.toString('base64'),
    ek_public: ek.toString('base64'),
    ek_certificate: certificate?.toString('base64') ?? null,
  };
  return ok(answer);
}

async function activate({ tpm }: TpmDeps, request: IncomingMessage): Promise<Answer> {
  const read = await readBody(request, activationSchema, MOST_ACTIVATION_BYTES);
  if ('refusal' in read) return read.refusal;
  const credential = Buffer.from(read.body.credential, 'base64');
  const opened = await tpm.activate(credential, Buffer.from(read.body.secret, 'base64'));
  if (opened !== null) return ok({ secret: opened.toString('base64') });
  return problem(422, 'credential_refused', 'the credential was not made for the keys of this TPM');
}

async function eventLog(deps: RouteDeps): Promise<Answer> {
  const bytes = await deps.eventLog();
  return bytes === null
    ? problem(404, 'not_found', 'this host keeps no event log')
    : { status: 200, bytes };
}
