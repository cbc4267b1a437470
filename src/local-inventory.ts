import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inventoryService } from './adapters/inventory/http.ts';
import { readConfig, type Config, type Env } from './config.ts';
import type { Inventory, InventorySource } from './domain/inventory.ts';
import { inventoryFile } from './intake/inventory-file.ts';
import { SHIPPED_POLICY } from './intake/policy-files.ts';

const FILE = 'inventory.yaml';

type Settings = Pick<
  Config,
  | 'CORDON_HOME'
  | 'CONTAINMENT_POLICY_PATH'
  | 'CORDON_INVENTORY'
  | 'CORDON_INVENTORY_TOKEN_FILE'
  | 'CORDON_INVENTORY_CA_FILE'
>;

export interface OpenInventory {
  /** The path or the URL, for people. */
  place: string;
  source: InventorySource & { close(): Promise<void> };
}

/** The inventory of this installation. Nothing is read of it yet. */
export async function openInventory(config: Settings): Promise<OpenInventory> {
  const place = config.CORDON_INVENTORY || (await besideThePolicy(config));
  if (!/^https?:/.test(place)) return { place, source: ofFile(place) };
  const source = inventoryService({
    url: place,
    tokenFile: config.CORDON_INVENTORY_TOKEN_FILE,
    caFile: config.CORDON_INVENTORY_CA_FILE,
    home: config.CORDON_HOME,
  });
  return { place, source };
}

/** The inventory as it is now; of a file, where one is named. */
export async function readInventory(env: Env, file: string | null): Promise<Inventory> {
  const { source } =
    file === null ? await openInventory(readConfig(env)) : { source: ofFile(file) };
  try {
    return await source.read();
  } finally {
    await source.close();
  }
}

/** Like every file of the policy, ours stands in for one that the operator did not write. */
async function besideThePolicy({ CONTAINMENT_POLICY_PATH: policy }: Settings): Promise<string> {
  const sibling = join(dirname(policy), FILE);
  return access(sibling).then(
    () => sibling,
    () => join(SHIPPED_POLICY, FILE),
  );
}

function ofFile(path: string): OpenInventory['source'] {
  return { ...inventoryFile(path), close: async () => undefined };
}
