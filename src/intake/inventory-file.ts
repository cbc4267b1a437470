import { Fault } from '../domain/fault.ts';
import { inventorySchema, type Inventory, type InventorySource } from '../domain/inventory.ts';
import { readDocument } from './policy-document.ts';
import { PolicyError, type PolicyProblem } from './policy-error.ts';
import { findingsIn, problemAt } from './policy-issues.ts';
import { readOne } from './policy-text.ts';

/** An inventory that is kept as a YAML file. It is read at each call: it changes more often than a policy. */
export function inventoryFile(path: string): InventorySource {
  return { read: () => readInventory(path) };
}

async function readInventory(path: string): Promise<Inventory> {
  return parseInventory(path, await textOf(path));
}

/** What a text says, or Fault `inventory_invalid` with the file, the line and the reason of the first mistake. */
export function parseInventory(path: string, text: string): Inventory {
  const document = readDocument(text);
  const [unreadable] = document.problems;
  if (unreadable !== undefined) throw invalid(path, unreadable);
  const parsed = inventorySchema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  const [finding = NO_INVENTORY] = parsed.error.issues.flatMap(findingsIn);
  throw invalid(path, problemAt(document, finding));
}

const NO_INVENTORY = { path: [], reason: 'is not valid' };

/** A file that is not there may come, like a service that is away; one of another form stays wrong. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readOne(path, false)).text;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new Fault('inventory_unavailable', cause.message, { retryable: true, cause });
  }
}

function invalid(path: string, { line, reason }: Omit<PolicyProblem, 'file'>): Fault {
  return new Fault('inventory_invalid', `${path}:${line}: ${reason}`, { retryable: false });
}
