import type { AttestationVerdict, Attestor, Cancellation } from '../../domain/attestor.ts';
import type { AttestorPlace, TargetsPolicy } from '../../domain/targets.ts';
import { createEndpointPool, type EndpointPool } from '../targets/endpoint-pool.ts';
import { below } from '../targets/endpoint.ts';
import { createSecretFile } from '../targets/secret-file.ts';
import { judgeBundle } from './bundle-verdict.ts';
import { deadline } from './deadline.ts';
import { refresh } from './runtime-attestor.ts';

export interface AttestorsDeps {
  /** The running policy, asked at every attestation. */
  policy: () => TargetsPolicy;
  /** CORDON_HOME: what relative sockets and key files are below. */
  home: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The attestors of the running policy, by host. `close` ends their connections. */
export function createAttestors(deps: AttestorsDeps): Attestor & { close(): Promise<void> } {
  const pool = createEndpointPool(deps.home);
  return {
    attest: (host, nonce, signal) => attest(deps, pool, host, nonce, signal),
    close: () => pool.close(),
  };
}

async function attest(
  deps: AttestorsDeps,
  pool: EndpointPool,
  host: string,
  nonce: string,
  cancellation: Cancellation | undefined,
): Promise<AttestationVerdict> {
  if (!/^[0-9a-f]{64}$/.test(nonce)) throw new RangeError('a nonce is 64 lower-case hex digits');
  const { attestors } = deps.policy();
  const found = attestorOf(attestors, host);
  if (!found) return unconfigured(`no attestor speaks for ${host || 'a host without a name'}`);
  const key = await readKey(deps.home, found.place.hmac_key_file);
  if (!key) return unconfigured(`no key of 64 hex digits in ${found.place.hmac_key_file}`);

  const requestedAt = deps.now();
  const signal = deadline(found.place.timeout_ms, cancellation);
  const answer = await refresh(pool.at(found.place, attestors), nonce, signal);
  if ('reason' in answer) return refusal(answer.reason, answer.detail, answer.bytes);
  const { bytes } = answer;
  const allowed = found.place.assurance;
  const verdict = judgeBundle(bytes, { nonce, key, allowed, requestedAt });
  if ('reason' in verdict) return refusal(verdict.reason, verdict.detail, bytes);
  const detail = `${found.name} vouches for ${host || 'its host'} by ${verdict.assurance}`;
  return { accepted: true, ...verdict, attestor: found.name, evidence: bytes, detail };
}

/** The attestor that names the host, else the one that names no hosts. */
function attestorOf(
  attestors: TargetsPolicy['attestors'],
  host: string,
): { name: string; place: AttestorPlace } | undefined {
  const all = Object.entries(attestors).map(([name, place]) => ({ name, place }));
  return (
    all.find(({ place }) => place.hosts?.includes(host)) ??
    all.find(({ place }) => place.hosts === undefined)
  );
}

async function readKey(home: string, file: string): Promise<Uint8Array | undefined> {
  const text = await createSecretFile(below(home, file)).read();
  return text && /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

function unconfigured(detail: string): AttestationVerdict {
  return refusal('unconfigured', detail, undefined);
}

function refusal(
  reason: Extract<AttestationVerdict, { accepted: false }>['reason'],
  detail: string,
  evidence: Uint8Array | undefined,
): AttestationVerdict {
  return { accepted: false, reason, detail, ...(evidence && { evidence }) };
}
