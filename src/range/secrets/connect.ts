import type { Forwarded, RangeAnswer, RangeHandler, RangeService } from '../service.ts';
import type { RangeStore } from '../store.ts';
import { firstItem, itemSchema, patched, VAULT_ID, type Item } from './item.ts';
import { PRACTICE_SECRETS, PRACTICE_VAULT } from './practice-secrets.ts';

/** What is listed of an item: nothing that it holds. */
const summarySchema = itemSchema.omit({ fields: true }).strip();

/** A vault of 1Password Connect, in its own REST forms. It holds what the issuer accepts, until that is revoked. */
export function createConnect(firstKey: string, now: () => number): RangeService {
  const started = new Date(now()).toISOString();
  const vault = (store: RangeStore): Vault => ({
    items: () => PRACTICE_SECRETS.map((title) => read(store, firstItem(firstKey, title, started))),
    keep: (item) => {
      const version = item.version + 1;
      const kept = { ...item, version, updatedAt: new Date(now()).toISOString() };
      store.set(item.id, JSON.stringify(kept));
      return kept;
    },
  });
  return {
    name: 'onepassword',
    scope: [],
    effects: {},
    routes: {
      'GET /heartbeat': () => json('.'),
      'GET /health': () => json({ name: '1Password Connect', version: '1.7.3' }),
      'GET /v1/vaults': ({ query }, store) =>
        json([shown(vault(store))].filter(({ name }) => fits(query, 'name', name))),
      [`GET /v1/vaults/${VAULT_ID}`]: (_call, store) => json(shown(vault(store))),
      [`GET /v1/vaults/${VAULT_ID}/items`]: ({ query }, store) =>
        json(
          vault(store)
            .items()
            .filter(({ title }) => fits(query, 'title', title))
            .map((item) => summarySchema.parse(item)),
        ),
    },
    things: (method, path) => {
      const [, vaultId, id] = /^\/v1\/vaults\/([^/]+)\/items\/([^/]+)$/.exec(path) ?? [];
      if (vaultId !== VAULT_ID) return undefined;
      return (call, store) => {
        const item = vault(store)
          .items()
          .find((each) => each.id === id);
        return item
          ? onItem(method, item, vault(store))(call, store)
          : problem(404, 'no such item');
      };
    },
    open: ['GET /heartbeat', 'GET /health'],
    refusal: 401,
  };
}

interface Vault {
  items(): Item[];
  keep(item: Item): Item;
}

/** When an item was first there is remembered, so that a restart makes none younger. */
function read(store: RangeStore, first: Item): Item {
  const kept = store.setting(first.id);
  if (kept !== undefined) return itemSchema.parse(JSON.parse(kept));
  store.set(first.id, JSON.stringify(first));
  return first;
}

function onItem(method: string, item: Item, vault: Vault): RangeHandler {
  const write = (fields: Item['fields'], lying: boolean) =>
    json(lying ? { ...item, fields } : vault.keep({ ...item, fields }));
  switch (method) {
    case 'GET':
      return () => json(item);
    case 'PUT':
      return ({ body, lying }) => {
        const given = itemSchema.safeParse({ ...item, ...body });
        if (given.data?.id !== item.id) return problem(400, 'not this item');
        return write(given.data.fields, lying);
      };
    case 'PATCH':
      return ({ list, lying }) => {
        const fields = patched(item.fields, list);
        return fields ? write(fields, lying) : problem(400, 'not a patch of this item');
      };
    default:
      return () => problem(405, 'method not allowed');
  }
}

function shown({ items }: Vault) {
  return { id: VAULT_ID, name: PRACTICE_VAULT, type: 'USER_CREATED', items: items().length };
}

/** SCIM's filter as far as Connect takes it: `title eq "…"`. */
function fits(query: URLSearchParams, attribute: string, value: string): boolean {
  const filter = query.get('filter');
  return filter === null || filter === `${attribute} eq "${value}"`;
}

function json(document: unknown): Forwarded {
  const bytes = Buffer.from(JSON.stringify(document));
  return { status: 200, headers: { 'content-type': 'application/json' }, bytes };
}

function problem(status: number, message: string): RangeAnswer {
  return { status, body: { status, message } };
}
