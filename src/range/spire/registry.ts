import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { RPC_ALREADY_EXISTS, RPC_NOT_FOUND, RPC_OK } from '../../domain/spire-api.ts';
import { spiffeIdText, type SpiffeId } from '../../domain/spiffe-id.ts';
import { entryKey, spireEntrySchema, type SpireEntry } from '../../domain/spire-entry.ts';
import type { RangeStore } from '../store.ts';
import { FIRST_AGENT, FIRST_ENTRIES } from './first-entries.ts';

const agentSchema = z.strictObject({ id: z.string(), banned: z.boolean() });
type Agent = z.infer<typeof agentSchema>;

/** What the result of one part of a batch says. */
type Code = typeof RPC_OK | typeof RPC_NOT_FOUND | typeof RPC_ALREADY_EXISTS;

interface Created {
  code: Code;
  entry: SpireEntry;
}

/** The entries and agents of a trust domain, which outlive the process. */
export interface Registry {
  entries(): SpireEntry[];
  create(given: readonly SpireEntry[]): Created[];
  remove(id: string): Code;
  /** Null for one that has never attested, or was deleted. */
  agent(id: SpiffeId): Agent | null;
  /** False where there is none. */
  ban(id: SpiffeId): boolean;
  forget(id: SpiffeId): boolean;
  /** An agent proves its node. False where it is banned. */
  attest(id: SpiffeId): boolean;
}

export function openRegistry(store: RangeStore): Registry {
  const entries = listIn(store, 'entries', z.array(spireEntrySchema), FIRST_ENTRIES);
  const agents = listIn(store, 'agents', z.array(agentSchema), [
    { id: spiffeIdText(FIRST_AGENT), banned: false },
  ]);
  const find = (id: SpiffeId) => agents.all().find((agent) => agent.id === spiffeIdText(id));
  const put = (agent: Agent) =>
    agents.set([...agents.all().filter(({ id }) => id !== agent.id), agent]);
  return {
    entries: entries.all,
    create: (given) => {
      const byKey = new Map(entries.all().map((entry) => [entryKey(entry), entry]));
      const results = given.map((wanted): Created => {
        const same = byKey.get(entryKey(wanted));
        if (same) return { code: RPC_ALREADY_EXISTS, entry: same };
        const entry = { ...wanted, id: wanted.id === '' ? randomUUID() : wanted.id };
        byKey.set(entryKey(entry), entry);
        return { code: RPC_OK, entry };
      });
      entries.set([...byKey.values()]);
      return results;
    },
    remove: (id) => {
      const left = entries.all().filter((entry) => entry.id !== id);
      if (left.length === entries.all().length) return RPC_NOT_FOUND;
      entries.set(left);
      return RPC_OK;
    },
    agent: (id) => find(id) ?? null,
    ban: (id) => {
      const agent = find(id);
      if (agent) put({ ...agent, banned: true });
      return agent !== undefined;
    },
    forget: (id) => {
      const agent = find(id);
      agents.set(agents.all().filter((one) => one !== agent));
      return agent !== undefined;
    },
    attest: (id) => {
      if (find(id)?.banned === true) return false;
      put({ id: spiffeIdText(id), banned: false });
      return true;
    },
  };
}

function listIn<T>(store: RangeStore, name: string, schema: z.ZodType<T[]>, first: readonly T[]) {
  const kept = store.setting(name);
  let list = kept === undefined ? [...first] : schema.parse(JSON.parse(kept));
  return {
    all: () => list,
    set: (next: T[]) => {
      list = next;
      store.set(name, JSON.stringify(next));
    },
  };
}
