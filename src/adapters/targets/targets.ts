import type {
  ActionRequest,
  ArtifactRequest,
  Snapshot,
  TargetDriver,
} from '../../domain/target.ts';
import type { Target, TargetAction, TargetsPolicy } from '../../domain/targets.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { createEndpointPool, type EndpointPool } from './endpoint-pool.ts';
import { apply, poke, release, verify, type HttpTarget } from './http-target.ts';
import { success, type Problem } from './problem.ts';

/** Of one artifact, which is held whole: tens of thousands of decisions; a longer one is a gap. */
const MOST_ARTIFACT_BYTES = 16 * 1024 * 1024;

export interface TargetsDeps {
  /** The running policy, asked at every call, so that a reload moves targets. */
  policy: () => TargetsPolicy;
  /** CORDON_HOME: what relative sockets and token files are below. */
  home: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The driver of every target of the running policy. `close` ends its connections. */
export function createTargets(deps: TargetsDeps): TargetDriver & { close(): Promise<void> } {
  const pool = createEndpointPool(deps.home);
  const at = (request: ActionRequest) => find(deps, pool, request);
  return {
    apply: async (request) => {
      const found = at(request);
      return 'reason' in found ? { status: 'failed', ...found } : apply(found, request);
    },
    poke: async (request) => {
      const found = at(request);
      return 'reason' in found ? { status: 'failed', ...found } : poke(found, request);
    },
    verify: async (request) => {
      const found = at(request);
      return 'reason' in found ? { status: 'failed', ...found } : verify(found, request);
    },
    release: async (request) => {
      const found = at(request);
      return 'reason' in found ? { status: 'failed', ...found } : release(found, request);
    },
    snapshot: (target, timeoutMs) => snapshot(deps, pool, target, timeoutMs),
    artifactsOf: (target) => Object.keys(placeOf(deps, target)?.artifacts?.paths ?? {}),
    artifact: (request) => artifact(deps, pool, request),
    close: () => pool.close(),
  };
}

function placeOf({ policy }: TargetsDeps, target: string): Target | undefined {
  const { targets } = policy();
  return Object.hasOwn(targets, target) ? targets[target] : undefined;
}

/** The plan pins which target; the running policy says where it is and how it is spoken to. */
function find(deps: TargetsDeps, pool: EndpointPool, request: ActionRequest): HttpTarget | Problem {
  const { actions, targets } = deps.policy();
  const action = httpActionOf(actions, request.action);
  const place = placeOf(deps, request.target);
  if (!place || !action) return unknown(`${request.action}@${request.target}`);
  return { action, endpoint: pool.at(place, targets), now: deps.now };
}

/** What the ledger or a host's agent carries out goes to no target over HTTP. */
function httpActionOf(actions: TargetsPolicy['actions'], name: string): TargetAction | undefined {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action !== undefined && 'target' in action ? action : undefined;
}

function unknown(what: string): Problem {
  const detail = `the running policy sends nothing to ${what}`;
  return { reason: 'unknown_target', detail, retryable: false };
}

async function snapshot(
  deps: TargetsDeps,
  pool: EndpointPool,
  target: string,
  timeoutMs: number,
): Promise<Snapshot> {
  const place = placeOf(deps, target);
  if (!place) return gap(unknown(target));
  const call = { method: 'GET', path: place.status } as const;
  return read(deps, pool.at(place, deps.policy().targets), target, call, timeoutMs);
}

async function artifact(
  deps: TargetsDeps,
  pool: EndpointPool,
  request: ArtifactRequest,
): Promise<Snapshot> {
  const { target, artifact: name, timeout_ms } = request;
  const place = placeOf(deps, target);
  const artifacts = place?.artifacts;
  const path = artifacts && Object.hasOwn(artifacts.paths, name) && artifacts.paths[name];
  if (!place || !artifacts || !path) return gap(unknown(`${target}/${name}`));
  const query = artifacts.whole.includes(name) ? {} : queryFor(artifacts, request);
  const call = { method: 'GET', path, query, mostBytes: MOST_ARTIFACT_BYTES } as const;
  return read(deps, pool.at(place, deps.policy().targets), target, call, timeout_ms);
}

/** What the report does not say narrows nothing down. */
function queryFor(
  { subject: fields, window }: NonNullable<Target['artifacts']>,
  { subject, from_ms, to_ms }: ArtifactRequest,
): Record<string, string> {
  const about = Object.entries(fields).flatMap(([parameter, field]) => {
    const value = subject[field]?.toWellFormed();
    return value === undefined ? [] : [[parameter, value] as const];
  });
  const time = window && { [window.from]: String(from_ms), [window.to]: String(to_ms) };
  return { ...Object.fromEntries(about), ...time };
}

async function read(
  { now }: TargetsDeps,
  endpoint: Endpoint,
  target: string,
  call: Call,
  timeoutMs: number,
): Promise<Snapshot> {
  const answer = await endpoint.call(call, AbortSignal.timeout(timeoutMs));
  const response = success(answer, `reading ${target}${call.path}`, now());
  if ('reason' in response) return gap(response);
  return { media_type: response.mediaType, bytes: response.bytes };
}

function gap({ reason, detail }: Problem): Snapshot {
  return { gap: reason, detail };
}
