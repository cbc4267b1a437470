import type { Befores } from '../../../domain/ledger.ts';
import { isNodeAgent, spiffeIdOf, spiffeIdText, type SpiffeId } from '../../../domain/spiffe-id.ts';
import { entryKey, type SpireEntry } from '../../../domain/spire-entry.ts';
import type { Problem } from '../../targets/problem.ts';
import type { Denial, DenyList } from '../opa/deny-list.ts';
import type { Effect, Reading, SystemCall, SystemDriver } from '../system-driver.ts';
import { beforeOf, beforeRevoking } from './before.ts';
import { withSpireServer, type SpireServer } from './spire-server.ts';

export interface SpireDeps {
  /** CORDON_HOME: what relative sockets and files are below. */
  home: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  denyList: DenyList;
  /** What a release brings back. */
  befores: Befores;
}

/** One identity, where it is registered, and where it is refused. */
interface Revoking {
  id: SpiffeId;
  call: SystemCall<'spire'>;
  denial: Denial;
}

/**
 * `revoke_svid`: the identity's entries are deleted, so that it is given no SVID any more, and its authorizer denies it,
 * because those that it has been given stay valid until they expire.
 */
export function createSpireDriver(deps: SpireDeps): SystemDriver<'spire'> {
  return {
    act: async (call, wanted, signal) => {
      const revoking = revokingOf(call);
      if ('reason' in revoking) return revoking;
      return wanted === 'apply' ? revoke(deps, revoking, signal) : restore(deps, revoking, signal);
    },
    read: async (call, wanted, signal) => {
      const revoking = revokingOf(call);
      return 'reason' in revoking ? revoking : read(deps, revoking, wanted, signal);
    },
    // Its connections last as long as a call; those of the deny-list are closed by whoever made it.
    close: async () => {},
  };
}

/** Denied first, since that alone stops what is under way. Whatever fails, the rest is done as far as it can be. */
async function revoke(
  deps: SpireDeps,
  { id, call, denial }: Revoking,
  signal: AbortSignal,
): Promise<Problem | null> {
  const denied = deps.denyList.deny(denial, signal);
  const { system, request } = call;
  const deleted = withSpireServer(system, deps.home, signal, async (server) => {
    const now = await beforeRevoking(server, id, system.ban_nodes);
    // What was registered since is deleted too, and not brought back: who revoked it did not see it.
    const kept = beforeOf(await deps.befores.keep(request.resource, JSON.stringify(now)));
    for (const agent of kept.banned) await server.ban(agent);
    return server.remove(now.entries.map((entry) => entry.id));
  });
  return firstOf(await Promise.all([denied, deleted]));
}

/** Allowed last: not before the identity is what it was. */
async function restore(
  deps: SpireDeps,
  { id, call, denial }: Revoking,
  signal: AbortSignal,
): Promise<Problem | null> {
  const { system, request } = call;
  const kept = await deps.befores.of(request.resource);
  if (kept !== null) {
    const restored = await withSpireServer(system, deps.home, signal, (server) =>
      bringBack(deps, server, { id, resource: request.resource, record: kept }),
    );
    if (restored !== null) return restored;
  }
  return deps.denyList.allow(denial, signal);
}

/** What is seen to be as it was need not be kept any more. */
async function bringBack(
  { befores, now }: SpireDeps,
  server: SpireServer,
  { id, resource, record }: { id: SpiffeId; resource: string; record: string },
): Promise<Problem | null> {
  const { entries, banned } = beforeOf(record);
  const lasting = entries.filter((entry) => !hasExpired(entry, now()));
  for (const agent of banned) await server.forget(agent);
  const problem = lasting.length === 0 ? null : await server.create(lasting);
  if (problem !== null) return problem;
  const there = new Set((await server.entries(id)).map(entryKey));
  const missing = lasting.filter((entry) => !there.has(entryKey(entry)));
  if (missing.length > 0) {
    const detail = `${missing.length} of ${lasting.length} entries are not there again`;
    return { reason: 'no_effect', detail, retryable: true };
  }
  await befores.forget(resource);
  return null;
}

async function read(
  deps: SpireDeps,
  { id, call, denial }: Revoking,
  wanted: Effect,
  signal: AbortSignal,
): Promise<Reading | Problem> {
  const { system, request } = call;
  const record = await deps.befores.of(request.resource);
  const [registered, authorized] = await Promise.all([
    withSpireServer(system, deps.home, signal, (server) =>
      wanted === 'apply' ? readRevoked(server, id, record) : readRestored(server, id, record),
    ),
    deps.denyList.read(denial, wanted, signal),
  ]);
  if ('reason' in registered) return registered;
  if ('reason' in authorized) return authorized;
  return {
    met: [...registered.met, ...authorized.met],
    unmet: [...registered.unmet, ...authorized.unmet],
  };
}

async function readRevoked(
  server: SpireServer,
  id: SpiffeId,
  record: string | null,
): Promise<Reading> {
  const reading: Reading = { met: [], unmet: [] };
  const left = await server.entries(id);
  if (left.length === 0) reading.met.push('no entry is registered for it');
  else reading.unmet.push(`${left.length} of its entries are deleted`);
  const agents = record === null ? [id].filter(isNodeAgent) : beforeOf(record).banned;
  for (const agent of agents) {
    const isBanned = (await server.agent(agent))?.banned === true;
    (isBanned ? reading.met : reading.unmet).push(`${spiffeIdText(agent)} is banned`);
  }
  return reading;
}

async function readRestored(
  server: SpireServer,
  id: SpiffeId,
  record: string | null,
): Promise<Reading> {
  if (record !== null) return { met: [], unmet: ['its entries are as they were'] };
  const { length } = await server.entries(id);
  return { met: [`${length} entries are registered for it`], unmet: [] };
}

function revokingOf(call: SystemCall<'spire'>): Revoking | Problem {
  const { system, systems, request } = call;
  const { identity = '' } = request.subject;
  const id = spiffeIdOf(identity);
  if (id === null) return unknown('the report names no SPIFFE ID');
  if (id.trust_domain !== system.trust_domain) {
    return unknown(`${identity} is not of the trust domain ${system.trust_domain}`);
  }
  const authorizer = systems[system.authorizer];
  if (authorizer?.kind !== 'opa') return unknown(`no authorizer is named ${system.authorizer}`);
  const { action, target, incident_id } = request;
  const why = { incident_id, class: request.class };
  const denial = { system: authorizer, systems, identity, holder: `${action}@${target}`, why };
  return { id, call, denial };
}

function unknown(detail: string): Problem {
  return { reason: 'unknown_target', detail, retryable: false };
}

/** Both sentences, and the verdict of the first. */
function firstOf(problems: readonly (Problem | null)[]): Problem | null {
  const all = problems.filter((problem) => problem !== null);
  const [first] = all;
  return first ? { ...first, detail: all.map(({ detail }) => detail).join('; ') } : null;
}

function hasExpired({ expires_at }: SpireEntry, nowMs: number): boolean {
  return expires_at !== 0 && expires_at * 1000 <= nowMs;
}
