import { z } from 'zod';
import { spiffeIdText } from './spiffe-id.ts';

const idSchema = z.object({ trust_domain: z.string(), path: z.string() });

/** A registration entry, as the SPIRE server's API has it. Times in seconds since the epoch, 0 for never. */
export const spireEntrySchema = z.object({
  /** '' for one that the server is to name. */
  id: z.string(),
  spiffe_id: idSchema,
  /** Who hands its SVIDs out: the agent of a node, or the server. */
  parent_id: idSchema,
  selectors: z.array(z.object({ type: z.string(), value: z.string() })),
  x509_svid_ttl: z.int(),
  federates_with: z.array(z.string()),
  admin: z.boolean(),
  downstream: z.boolean(),
  expires_at: z.int(),
  dns_names: z.array(z.string()),
  store_svid: z.boolean(),
  jwt_svid_ttl: z.int(),
  hint: z.string(),
});
export type SpireEntry = z.infer<typeof spireEntrySchema>;

/** An entry as people write it; lists are sorted, so that two that say the same are the same. */
export interface RegisteredEntry {
  spiffe_id: string;
  parent_id: string;
  /** `type:value`. */
  selectors: string[];
  dns_names: string[];
  federates_with: string[];
  admin: boolean;
  downstream: boolean;
  store_svid: boolean;
  /** Seconds, 0 for what the server gives. */
  x509_svid_ttl: number;
  jwt_svid_ttl: number;
  expires_at: number;
  hint: string;
}

export function registeredEntry(entry: SpireEntry): RegisteredEntry {
  const { id: _, spiffe_id, parent_id, selectors, dns_names, federates_with, ...rest } = entry;
  return {
    spiffe_id: spiffeIdText(spiffe_id),
    parent_id: spiffeIdText(parent_id),
    selectors: selectors.map(({ type, value }) => `${type}:${value}`).toSorted(),
    dns_names: dns_names.toSorted(),
    federates_with: federates_with.toSorted(),
    ...rest,
  };
}

/** A server keeps one entry of those for which this is the same. */
export function entryKey(entry: SpireEntry): string {
  const { spiffe_id, parent_id, selectors } = registeredEntry(entry);
  return JSON.stringify([spiffe_id, parent_id, selectors]);
}
