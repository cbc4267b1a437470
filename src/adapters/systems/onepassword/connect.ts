import { z } from 'zod';
import type { Endpoint } from '../../targets/endpoint.ts';
import { success, type Problem } from '../../targets/problem.ts';
import { jsonAnswer } from '../json-answer.ts';

/** A vault of thousands of items; each is listed without what it holds. */
const MOST_LIST_BYTES = 4 * 1024 * 1024;

const vaultSchema = z.object({ id: z.string(), name: z.string() });
const summarySchema = z.object({ id: z.string(), title: z.string(), updatedAt: z.string() });
const fieldSchema = z.object({
  id: z.string(),
  type: z.string().default('STRING'),
  purpose: z.string().default(''),
  label: z.string().default(''),
  value: z.string().default(''),
});
const itemSchema = summarySchema.extend({ fields: z.array(fieldSchema).default([]) });

export type ItemSummary = z.infer<typeof summarySchema>;
export type ItemField = z.infer<typeof fieldSchema>;
/** One item with all that it holds: never to be logged, told or thrown. */
export type Item = z.infer<typeof itemSchema> & { path: string };

/** One change of an item, as RFC 6902 writes it. */
export type ItemPatch =
  | { op: 'replace'; path: string; value: string }
  | { op: 'add'; path: '/fields'; value: Pick<ItemField, 'id' | 'type' | 'label' | 'value'> };

/** A 1Password Connect server: developer.1password.com/docs/connect/api-reference. */
export interface Connect {
  /** The items of a vault, without what they hold. */
  list(vault: string, signal: AbortSignal): Promise<ItemSummary[] | Problem>;
  item(vault: string, title: string, signal: AbortSignal): Promise<Item | Problem>;
  /** All of the changes, or none. */
  patch(item: Item, changes: readonly ItemPatch[], signal: AbortSignal): Promise<Problem | null>;
}

export function connectAt(endpoint: Endpoint, now: () => number): Connect {
  const get = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    what: string,
    signal: AbortSignal,
    filter?: string,
  ) => {
    const query = filter === undefined ? {} : { query: { filter } };
    const call = { method: 'GET', path, ...query, mostBytes: MOST_LIST_BYTES } as const;
    return jsonAnswer(await endpoint.call(call, signal), schema, what, now());
  };
  const pathOf = async (vault: string, signal: AbortSignal): Promise<string | Problem> => {
    const filter = `name eq "${vault}"`;
    const found = await get(
      '/v1/vaults',
      z.array(vaultSchema),
      'finding the vault',
      signal,
      filter,
    );
    if ('reason' in found) return found;
    const one = theOne(
      found.said.filter(({ name }) => name === vault),
      `vault ${vault}`,
    );
    return 'reason' in one ? one : `/v1/vaults/${encodeURIComponent(one.id)}/items`;
  };
  return {
    list: async (vault, signal) => {
      const path = await pathOf(vault, signal);
      if (typeof path !== 'string') return path;
      const listed = await get(path, z.array(summarySchema), `listing ${vault}`, signal);
      return 'reason' in listed ? listed : listed.said;
    },
    item: async (vault, title, signal) => {
      const path = await pathOf(vault, signal);
      if (typeof path !== 'string') return path;
      const what = `finding ${title} in ${vault}`;
      const filter = `title eq "${title}"`;
      const found = await get(path, z.array(summarySchema), what, signal, filter);
      if ('reason' in found) return found;
      const named = found.said.filter((item) => item.title === title);
      const one = theOne(named, `item ${title} in ${vault}`);
      if ('reason' in one) return one;
      const place = `${path}/${encodeURIComponent(one.id)}`;
      const read = await get(place, itemSchema, `reading ${vault}/${title}`, signal);
      return 'reason' in read ? read : { ...read.said, path: place };
    },
    patch: async ({ path, title }, changes, signal) => {
      const answer = await endpoint.call({ method: 'PATCH', path, body: changes }, signal);
      const outcome = success(answer, `storing ${title}`, now());
      return 'reason' in outcome ? outcome : null;
    },
  };
}

function theOne<T extends object>(found: readonly T[], what: string): T | Problem {
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  const detail = one === undefined ? `there is no ${what}` : `more than one is called ${what}`;
  return { reason: 'unknown_target', detail, retryable: false };
}
