import type { ActionRequest, Snapshot, TargetDriver } from '../../domain/target.ts';
import type { TargetAction, TargetsPolicy } from '../../domain/targets.ts';
import { createEndpointPool, type EndpointPool } from './endpoint-pool.ts';
import { apply, poke, release, verify, type HttpTarget } from './http-target.ts';
import { success, type Problem } from './problem.ts';

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
    close: () => pool.close(),
  };
}

/** The plan pins which target; the running policy says where it is and how it is spoken to. */
function find(deps: TargetsDeps, pool: EndpointPool, request: ActionRequest): HttpTarget | Problem {
  const { actions, targets } = deps.policy();
  const action = httpActionOf(actions, request.action);
  const place = Object.hasOwn(targets, request.target) ? targets[request.target] : undefined;
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
  const { targets } = deps.policy();
  const place = Object.hasOwn(targets, target) ? targets[target] : undefined;
  if (!place) return gap(unknown(target));
  const call = { method: 'GET', path: place.status } as const;
  const answer = await pool.at(place, targets).call(call, AbortSignal.timeout(timeoutMs));
  const response = success(answer, `reading ${target}${place.status}`, deps.now());
  if ('reason' in response) return gap(response);
  return { media_type: response.mediaType, bytes: response.bytes };
}

function gap({ reason, detail }: Problem): Snapshot {
  return { gap: reason, detail };
}
