import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { runIn, type Said } from './in-namespace.ts';
import type { NetNamespace } from './net-namespaces.ts';
import { removalOf } from './table-rules.ts';

/** A table as the kernel lists it. */
export interface Listing {
  /** Of everything in it that stays the same while it works. */
  digest: string;
  /** Packets that were dropped. */
  dropped: number;
  /** Chains, sets and rules (libnftables-json(5)). */
  parts: Record<string, unknown>[];
}

/** A name of its own for whatever it is about: several tables may share a namespace. */
export function tableOf(about: object): string {
  return `cordon_${createHash('sha256').update(canonicalJson(about)).digest('hex').slice(0, 12)}`;
}

/** Does what the rules say, in one transaction. Faults: `nft_missing`, `nft_failed`. */
export async function loadTable(namespace: NetNamespace, rules: object): Promise<void> {
  const said = await nft(namespace, [JSON.stringify(rules)]);
  if (said.code !== 0) throw failed(said);
}

/** Harmless where there is none. */
export async function removeTable(namespace: NetNamespace, table: string): Promise<void> {
  if ((await listTable(namespace, table)) === null) return;
  const said = await nft(namespace, [JSON.stringify(removalOf(table))]);
  if (said.code !== 0) throw failed(said);
}

/** Null where the namespace has no such table. */
export async function listTable(namespace: NetNamespace, table: string): Promise<Listing | null> {
  const said = await nft(namespace, ['list', 'table', 'inet', table]);
  if (said.code === 0) return listingOf(said.stdout);
  if (said.stderr.includes('No such file or directory')) return null;
  throw failed(said);
}

/** By arguments alone: Node gives its children a socket as standard input, which nft cannot open. */
async function nft(namespace: NetNamespace, args: readonly string[]): Promise<Said> {
  const said = await runIn(namespace, 'nft', ['-j', ...args]);
  if (said.code !== NOT_FOUND) return said;
  const message = 'nft of nftables is needed to make rules in a network namespace';
  throw new Fault('nft_missing', message, { retryable: false });
}

/** What nsenter ends with where it finds no such program. */
const NOT_FOUND = 127;

const listSchema = z.object({ nftables: z.array(z.record(z.string(), z.json())) });

function listingOf(text: string): Listing {
  const { nftables } = listSchema.parse(JSON.parse(text));
  const parts = nftables.filter((part) => !('metainfo' in part));
  let dropped = 0;
  const lasting = JSON.stringify(parts, (key, value: unknown) => {
    if (key === 'packets' && typeof value === 'number') dropped += value;
    return CHANGING.has(key) ? undefined : value;
  });
  return { digest: createHash('sha256').update(lasting).digest('hex'), dropped, parts };
}

/** Handles are numbered as they come, counters count, leases run down. */
const CHANGING = new Set(['handle', 'packets', 'bytes', 'expires']);

function failed({ stderr }: Said): Fault {
  const message = `nft failed: ${stderr.split('\n', 1)[0] ?? ''}`;
  return new Fault('nft_failed', message, { retryable: true });
}
