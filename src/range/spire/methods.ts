import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { spiffeIdText } from '../../domain/spiffe-id.ts';
import { RPC_OK } from '../../domain/spire-api.ts';
import { spireEntrySchema, type SpireEntry } from '../../domain/spire-entry.ts';
import type { Registry } from './registry.ts';

/** What a server allows itself where nobody asks for less. */
const MAX_PAGE = 1_000;

/** A call that ends without an answer, by its code in gRPC. */
export class RpcError extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export interface Method {
  /** Whether it changes anything, so that it can be lied about and fail afterwards. */
  acting: boolean;
  work(request: unknown, lying: boolean): object;
}

const idSchema = z.object({ trust_domain: z.string(), path: z.string() });
const listSchema = z.object({
  filter: z.object({ by_spiffe_id: idSchema.nullable() }).nullable(),
  page_size: z.int(),
  page_token: z.string(),
});
const createSchema = z.object({ entries: z.array(spireEntrySchema) });
const removeSchema = z.object({ ids: z.array(z.string()) });
const agentSchema = z.object({ id: idSchema });

export function entryMethods(registry: Registry): Record<string, Method> {
  return {
    ListEntries: reading(listSchema, ({ filter, page_size, page_token }) => {
      const of = filter?.by_spiffe_id;
      const all = registry
        .entries()
        .filter(({ spiffe_id }) => !of || spiffeIdText(spiffe_id) === spiffeIdText(of));
      const from = page_token === '' ? 0 : Number(page_token);
      const to = from + (page_size > 0 ? Math.min(page_size, MAX_PAGE) : MAX_PAGE);
      return { entries: all.slice(from, to), next_page_token: to < all.length ? `${to}` : '' };
    }),
    BatchCreateEntry: acting(createSchema, ({ entries }, lying) => ({
      results: (lying ? entries.map(asIfCreated) : registry.create(entries)).map(
        ({ code, entry }) => ({ status: { code, message: '' }, entry }),
      ),
    })),
    BatchDeleteEntry: acting(removeSchema, ({ ids }, lying) => ({
      results: ids.map((id) => {
        return { status: { code: lying ? RPC_OK : registry.remove(id), message: '' }, id };
      }),
    })),
  };
}

export function agentMethods(registry: Registry): Record<string, Method> {
  return {
    GetAgent: reading(agentSchema, ({ id }) => {
      const agent = registry.agent(id);
      if (agent === null) throw notFound();
      return { id, attestation_type: 'join_token', banned: agent.banned };
    }),
    BanAgent: acting(agentSchema, ({ id }, lying) => {
      if (!lying && !registry.ban(id)) throw notFound();
      return {};
    }),
    DeleteAgent: acting(agentSchema, ({ id }, lying) => {
      if (!lying && !registry.forget(id)) throw notFound();
      return {};
    }),
  };
}

function asIfCreated(entry: SpireEntry) {
  return { code: RPC_OK, entry };
}

type Work<T> = (request: T, lying: boolean) => object;

function reading<T>(schema: z.ZodType<T>, work: Work<T>): Method {
  return { acting: false, work: (request, lying) => work(parsed(schema, request), lying) };
}

function acting<T>(schema: z.ZodType<T>, work: Work<T>): Method {
  return { acting: true, work: (request, lying) => work(parsed(schema, request), lying) };
}

function parsed<T>(schema: z.ZodType<T>, request: unknown): T {
  const result = schema.safeParse(request);
  if (result.success) return result.data;
  throw new RpcError(status.INVALID_ARGUMENT, z.prettifyError(result.error));
}

function notFound(): RpcError {
  return new RpcError(status.NOT_FOUND, 'agent not found');
}
