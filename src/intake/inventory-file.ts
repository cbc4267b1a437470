import { Fault } from '../domain/fault.ts';
import { inventorySchema, type Inventory, type InventorySource } from '../domain/inventory.ts';
import { readDocument } from './policy-document.ts';
import { PolicyError } from './policy-error.ts';
import { findingsIn, written } from './policy-issues.ts';
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
  const [problem] = document.problems;
  if (problem !== undefined) throw invalid(`${path}:${problem.line}: ${problem.reason}`);
  const parsed = inventorySchema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  const [finding] = parsed.error.issues.flatMap(findingsIn);
  const { line, found } = document.locate(finding?.path ?? []);
  const where = written(finding?.path ?? []);
  const says = found ? (finding?.reason ?? 'is not valid') : 'is missing';
  throw invalid(`${path}:${line}: ${where === '' ? says : `${where}: ${says}`}`);
}

/** A file that is not there may come, like a service that is away; one of another form stays wrong. */
async function textOf(path: string): Promise<string> {
  try {
    return (await readOne(path, false)).text;
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new Fault('inventory_unavailable', cause.message, { retryable: true, cause });
  }
}

function invalid(message: string): Fault {
  return new Fault('inventory_invalid', message, { retryable: false });
}
