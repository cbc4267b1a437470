import { z } from 'zod';
import { isNodeAgent, type SpiffeId } from '../../../domain/spiffe-id.ts';
import { spireEntrySchema } from '../../../domain/spire-entry.ts';
import type { SpireServer } from './spire-server.ts';

/** What a revocation takes away: the entries of the identity, and the standing of the agents that it bans. */
export const beforeSchema = z.object({
  entries: z.array(spireEntrySchema),
  /** Those that were banned already are not among them, and stay so. */
  banned: z.array(z.object({ trust_domain: z.string(), path: z.string() })),
});
export type Before = z.infer<typeof beforeSchema>;

/** How it is now. `banNodes`: whether the agents that hand its SVIDs out are banned as well. */
export async function beforeRevoking(
  server: SpireServer,
  id: SpiffeId,
  banNodes: boolean,
): Promise<Before> {
  const entries = await server.entries(id);
  const parents = banNodes ? entries.map(({ parent_id }) => parent_id) : [];
  const agents = distinct([id, ...parents].filter(isNodeAgent));
  const banned: SpiffeId[] = [];
  for (const agent of agents) {
    const known = await server.agent(agent);
    if (known?.banned !== true) banned.push(agent);
  }
  return { entries, banned };
}

/** What a record says; a row that was meddled with throws. */
export function beforeOf(record: string): Before {
  return beforeSchema.parse(JSON.parse(record));
}

function distinct(ids: readonly SpiffeId[]): SpiffeId[] {
  return [...new Map(ids.map((id) => [`${id.trust_domain}${id.path}`, id])).values()];
}
