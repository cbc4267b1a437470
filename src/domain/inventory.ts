import { z } from 'zod';
import { subjectSchema } from './report.ts';

const nameList = z.array(z.string().min(1).max(512)).max(1_000).default([]);

/** One agent that runs, and what it can reach. */
const inventoriedAgentSchema = z.strictObject({
  host: z.exactOptional(z.string().min(1).max(253)),
  container: z.exactOptional(z.string().min(1).max(256)),
  /** By digest. */
  image: z.exactOptional(z.string().min(1).max(512)),
  /** Its SPIFFE ID. */
  identity: z.exactOptional(z.string().min(1).max(512)),
  /** `vault/item`: the secrets that it can read. */
  secrets: nameList,
  /** The namespaces of shared state that it writes. */
  state: nameList,
  /** Where it may connect to. */
  egress: nameList,
  /** The agents that consume what it writes. */
  consumers: nameList,
});

/** A person with access, and how far it reaches. */
const inventoriedOperatorSchema = z.strictObject({
  /** Every secret in them. */
  vaults: nameList,
  policies: nameList,
  agents: nameList,
});

/** `inventory.yaml`, and what an inventory service answers: what there is, and what it can reach. */
export const inventorySchema = z.strictObject({
  version: z.literal(1),
  agents: z.record(z.string().min(1).max(256), inventoriedAgentSchema),
  operators: z.record(z.string().min(1).max(256), inventoriedOperatorSchema).default({}),
  /** The items in each vault; the name of a secret is `vault/item`. */
  vaults: z.record(z.string().min(1).max(256), nameList).default({}),
  /** Networks of our own, in CIDR notation: never blocked as a source. */
  own_networks: z.array(z.union([z.cidrv4(), z.cidrv6()])).default([]),
});
export type Inventory = z.infer<typeof inventorySchema>;

/** What an incident can have reached, by the kind of thing. A playbook's step names one and is taken for each of it. */
export const REACHES = [
  'agents',
  'containers',
  'identities',
  'images',
  'secrets',
  'state',
  'consumers',
] as const;
export type Reach = (typeof REACHES)[number];

/** Each thing as the subject of the step that is taken on it, e.g. `{ secret: 'prod/db' }`. Sorted, without repeats. */
export const blastRadiusSchema = z.strictObject({
  /** SHA-256 of the inventory that it was read out of, in canonical JSON. */
  inventory: z.string(),
  reaches: z.record(z.enum(REACHES), z.array(subjectSchema)),
  /** How many more there are of a kind of which only the first are listed. */
  left_out: z.partialRecord(z.enum(REACHES), z.int().positive()).default({}),
});
export type BlastRadius = z.infer<typeof blastRadiusSchema>;

/** Knows what there is. Throws `inventory_unavailable` (retryable) where it cannot be read, `inventory_invalid` else. */
export interface InventorySource {
  read(): Promise<Inventory>;
}
