import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { inventorySchema, type Inventory, type InventorySource } from '../../domain/inventory.ts';
import { createEndpoint, type Answer } from '../targets/endpoint.ts';

/** An answer comes out of a database in a second; an incident waits for it. */
const TIMEOUT_MS = 10_000;

/** Ten thousand agents with what they reach have a few MB. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface InventoryServiceConfig {
  /** Without a query. What is there is asked for with GET. */
  url: string;
  /** Holds the bearer token; '' where none is needed. */
  tokenFile: string;
  /** PEM of the authority that has certified it; '' for those of the machine. */
  caFile: string;
  /** CORDON_HOME: what relative files are below. */
  home: string;
  timeoutMs?: number;
}

/**
 * An inventory that a service keeps. It is asked at each call, and no earlier answer stands in for one that does not
 * come: what has started since would be missed without a word.
 */
export function inventoryService(
  config: InventoryServiceConfig,
): InventorySource & { close(): Promise<void> } {
  const { url, tokenFile, caFile, home, timeoutMs = TIMEOUT_MS } = config;
  const { origin, pathname: path } = new URL(url);
  const files = {
    ...(tokenFile !== '' && { token_file: tokenFile }),
    ...(caFile !== '' && { ca_file: caFile }),
  };
  const endpoint = createEndpoint({ url: origin, ...files }, home);
  const call = { method: 'GET', path, mostBytes: MOST_BYTES } as const;
  return {
    read: async () => inventoryOf(await endpoint.call(call, AbortSignal.timeout(timeoutMs)), url),
    close: () => endpoint.close(),
  };
}

function inventoryOf(answer: Answer, url: string): Inventory {
  if ('failure' in answer) throw unavailable(url, answer.detail);
  if (answer.status !== 200) throw unavailable(url, `it answered ${answer.status}`);
  const parsed = inventorySchema.safeParse(json(answer.bytes, url));
  if (parsed.success) return parsed.data;
  throw invalid(url, z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

function json(bytes: Uint8Array, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid(url, 'the answer is not JSON');
  }
}

function unavailable(url: string, detail: string): Fault {
  const message = `The inventory at ${url} cannot be read: ${detail}`;
  return new Fault('inventory_unavailable', message, { retryable: true });
}

function invalid(url: string, detail: string): Fault {
  return new Fault('inventory_invalid', `${url}: ${detail}`, { retryable: false });
}
