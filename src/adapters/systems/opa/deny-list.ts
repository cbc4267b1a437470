import { z } from 'zod';
import type { System, SystemOf } from '../../../domain/systems.ts';
import type { Call, Endpoint, Place } from '../../targets/endpoint.ts';
import { createEndpointPool } from '../../targets/endpoint-pool.ts';
import { success, type Problem } from '../../targets/problem.ts';
import { jsonAnswer } from '../json-answer.ts';
import type { Effect, Reading } from '../system-driver.ts';

/** One identity to be refused, by one who wants it so. */
export interface Denial {
  system: SystemOf<'opa'>;
  /** All that the running policy names. */
  systems: Record<string, System>;
  /** A SPIFFE ID. */
  identity: string;
  /** Who wants it: each has an entry of its own, and takes away no other's. */
  holder: string;
  /** Kept beside it, for whoever reads the list. */
  why: { incident_id: string; class: string };
}

/**
 * The identities that an Open Policy Agent refuses: data at `<deny>/<identity>/<holder>`, so that its policy denies
 * whoever has an entry there. The data is in its memory: what is denied is gone when it is started again.
 */
export interface DenyList {
  deny(denial: Denial, signal: AbortSignal): Promise<Problem | null>;
  allow(denial: Denial, signal: AbortSignal): Promise<Problem | null>;
  /** Reads the entry, and asks for the decision as those do who are to refuse the identity. */
  read(denial: Denial, wanted: Effect, signal: AbortSignal): Promise<Reading | Problem>;
  close(): Promise<void>;
}

export interface DenyListDeps {
  /** CORDON_HOME: what relative sockets and token files are below. */
  home: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What is not there has no result. */
const dataSchema = z.object({ result: z.unknown().optional() });
const decisionSchema = z.object({ result: z.boolean().optional() });

export function createDenyList({ home, now }: DenyListDeps): DenyList {
  const pool = createEndpointPool(home);
  const at = ({ system, systems }: Denial) => pool.at(system, authorizersOf(systems));
  return {
    deny: async (denial, signal) => {
      const call = { method: 'PUT', path: entryPath(denial), body: denial.why } as const;
      return problemOf(await at(denial).call(call, signal), 'denying the identity', now());
    },
    allow: async (denial, signal) => {
      const call = { method: 'DELETE', path: entryPath(denial) } as const;
      const answer = await at(denial).call(call, signal);
      if ('status' in answer && answer.status === 404) return null;
      return problemOf(answer, 'taking the identity off the deny-list', now());
    },
    read: async (denial, wanted, signal) => {
      const [entry, decision] = await Promise.all([
        readEntry(at(denial), denial, now, signal),
        ask(at(denial), denial, now, signal),
      ]);
      if ('reason' in entry) return entry;
      if ('reason' in decision) return decision;
      return wanted === 'apply' ? denied(entry, decision) : allowed(entry, decision);
    },
    close: () => pool.close(),
  };
}

async function readEntry(
  endpoint: Endpoint,
  denial: Denial,
  now: () => number,
  signal: AbortSignal,
): Promise<{ listed: boolean } | Problem> {
  const answer = await endpoint.call({ method: 'GET', path: entryPath(denial) }, signal);
  const read = jsonAnswer(answer, dataSchema, 'reading the deny-list', now());
  return 'reason' in read ? read : { listed: read.said.result !== undefined };
}

async function ask(
  endpoint: Endpoint,
  { system, identity }: Denial,
  now: () => number,
  signal: AbortSignal,
): Promise<{ allows: boolean } | Problem> {
  const call: Call = {
    method: 'POST',
    path: `/v1/data/${system.ask}`,
    body: { input: { identity } },
  };
  const what = `asking for the decision ${system.ask}`;
  const answer = jsonAnswer(await endpoint.call(call, signal), decisionSchema, what, now());
  if ('reason' in answer) return answer;
  const { result } = answer.said;
  if (result !== undefined) return { allows: result };
  const detail = `${system.ask} decides nothing about the identity`;
  return { reason: 'unreadable_state', detail, retryable: true };
}

function denied({ listed }: { listed: boolean }, { allows }: { allows: boolean }): Reading {
  const met = [...(listed ? ['the identity is listed'] : []), ...(allows ? [] : ['it is denied'])];
  const unmet = [
    ...(listed ? [] : ['the identity is listed']),
    ...(allows ? ['it is denied'] : []),
  ];
  return { met, unmet };
}

/** Others may want it denied as well, and a policy may have its own reasons: that is no effect of this entry. */
function allowed({ listed }: { listed: boolean }, { allows }: { allows: boolean }): Reading {
  if (listed) return { met: [], unmet: ['the identity is off the list'] };
  const told = allows ? 'it is allowed again' : 'it is still denied for another reason';
  return { met: ['the identity is off the list', told], unmet: [] };
}

/** A segment is one key, whatever is in it: a SPIFFE ID's slashes are not those of the path. */
function entryPath({ system, identity, holder }: Denial): string {
  const keys = [identity, holder].map(encodeURIComponent);
  return `/v1/data/${system.deny}/${keys.join('/')}`;
}

function authorizersOf(systems: Record<string, System>): Record<string, Place> {
  return Object.fromEntries(
    Object.entries(systems).flatMap(([name, of]) => (of.kind === 'opa' ? [[name, of]] : [])),
  );
}

function problemOf(
  answer: Parameters<typeof success>[0],
  what: string,
  now: number,
): Problem | null {
  const outcome = success(answer, what, now);
  return 'reason' in outcome ? outcome : null;
}
