import { z } from 'zod';
import type { SpiffeId } from '../../../domain/spiffe-id.ts';
import {
  AGENT_SERVICE,
  ENTRY_SERVICE,
  RPC_ALREADY_EXISTS,
  RPC_NOT_FOUND,
  RPC_OK,
} from '../../../domain/spire-api.ts';
import {
  registeredEntry,
  spireEntrySchema,
  type RegisteredEntry,
  type SpireEntry,
} from '../../../domain/spire-entry.ts';
import type { Place } from '../../targets/endpoint.ts';
import type { Problem } from '../../targets/problem.ts';
import { endedWith, withRpc, type Rpc } from './rpc.ts';

/** An entry is some hundred bytes, and an answer of gRPC is to be at most 4 MB. */
const PAGE_SIZE = 500;

/** What is done at a SPIRE server. Each call throws what `withSpireServer` turns into a problem. */
export interface SpireServer {
  /** Of one identity, or all. */
  entries(of?: SpiffeId): Promise<SpireEntry[]>;
  /** Also where some are there already. */
  create(entries: readonly SpireEntry[]): Promise<Problem | null>;
  /** Also where some are gone already. */
  remove(ids: readonly string[]): Promise<Problem | null>;
  /** Null for an agent that the server does not know. */
  agent(id: SpiffeId): Promise<{ banned: boolean } | null>;
  ban(id: SpiffeId): Promise<void>;
  /** Lifts a ban, so that the agent may attest again. */
  forget(id: SpiffeId): Promise<void>;
}

export function withSpireServer<T>(
  place: Place,
  home: string,
  signal: AbortSignal,
  work: (server: SpireServer) => Promise<T>,
): Promise<T | Problem> {
  return withRpc(place, home, signal, (rpc) => work(serverOver(rpc)));
}

/** All that is registered at a server, in the form that people write and compare, in order. */
export async function listEntries(
  place: Place,
  home: string,
  signal: AbortSignal,
): Promise<{ entries: RegisteredEntry[] } | Problem> {
  const listed = await withSpireServer(place, home, signal, (server) => server.entries());
  if ('reason' in listed) return listed;
  const inOrder = listed
    .map(registeredEntry)
    .map((entry) => ({ entry, order: JSON.stringify(entry) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1));
  return { entries: inOrder.map(({ entry }) => entry) };
}

const pageSchema = z.object({ entries: z.array(spireEntrySchema), next_page_token: z.string() });
const resultSchema = z.object({ status: z.object({ code: z.int(), message: z.string() }) });
const batchSchema = z.object({ results: z.array(resultSchema) });
const agentSchema = z.object({ banned: z.boolean() });
const nothingSchema = z.object({});

function serverOver(rpc: Rpc): SpireServer {
  return {
    entries: (of) => entries(rpc, of),
    create: async (created) => {
      const batch = await rpc(ENTRY_SERVICE, 'BatchCreateEntry', { entries: created }, batchSchema);
      return failed(batch, 'creating an entry', RPC_ALREADY_EXISTS);
    },
    remove: async (ids) => {
      const batch = await rpc(ENTRY_SERVICE, 'BatchDeleteEntry', { ids }, batchSchema);
      return failed(batch, 'deleting an entry', RPC_NOT_FOUND);
    },
    agent: (id) => unlessUnknown(rpc(AGENT_SERVICE, 'GetAgent', { id }, agentSchema)),
    ban: async (id) => {
      await unlessUnknown(rpc(AGENT_SERVICE, 'BanAgent', { id }, nothingSchema));
    },
    forget: async (id) => {
      await unlessUnknown(rpc(AGENT_SERVICE, 'DeleteAgent', { id }, nothingSchema));
    },
  };
}

async function entries(rpc: Rpc, of: SpiffeId | undefined): Promise<SpireEntry[]> {
  const filter = of && { by_spiffe_id: of };
  const found: SpireEntry[] = [];
  let token = '';
  do {
    const request = { ...(filter && { filter }), page_size: PAGE_SIZE, page_token: token };
    const page = await rpc(ENTRY_SERVICE, 'ListEntries', request, pageSchema);
    found.push(...page.entries);
    token = page.next_page_token;
  } while (token !== '');
  return found;
}

/** `fine`: what is so already. */
function failed(
  { results }: z.infer<typeof batchSchema>,
  what: string,
  fine: number,
): Problem | null {
  const bad = results.find(({ status: { code } }) => code !== RPC_OK && code !== fine);
  if (bad === undefined) return null;
  const { code, message } = bad.status;
  const detail = `${what} was answered ${code}: ${message}`;
  return { reason: 'http_error', detail, retryable: true };
}

async function unlessUnknown<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (endedWith(error, RPC_NOT_FOUND)) return null;
    throw error;
  }
}
