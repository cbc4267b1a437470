import type { Head } from '../domain/ledger.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../domain/ledger-entry.ts';
import { canonicalJson } from './canonical.ts';
import { type ChainBreak, classifyBreak, type OwnHash, type Suspect } from './chain-break.ts';
import { sha256Hex } from './digest.ts';

/** What the first entry names as the one before it. */
export const GENESIS_HASH = '0'.repeat(64);
const GENESIS: Head = { seq: 0, hash: GENESIS_HASH };

/** How many entries may be cut out before an entry that was only renumbered is no longer recognised as such. */
const RENUMBERED_BY_MAX = 1000;

export type EntryDraft = Omit<LedgerEntry, 'seq' | 'prev_hash' | 'hash'>;

/** `count`: entries that hold, before the first that does not. An empty ledger's head is 0 and genesis. */
export type ChainReport =
  { valid: true; count: number; head: Head } | ({ valid: false; count: number } & ChainBreak);

/** Makes the draft the next entry. `prev` is null for the first. */
export function seal(prev: Head | null, draft: EntryDraft): LedgerEntry {
  const { seq, hash } = prev ?? GENESIS;
  const entry = { ...draft, seq: seq + 1, prev_hash: hash };
  return { ...entry, hash: entryHash(entry) };
}

/** SHA-256 over the canonical JSON of every field but `hash`. */
export function entryHash(entry: Omit<LedgerEntry, 'hash'>): string {
  const { seq, incident_id, key, at, actor, type, body, prev_hash } = entry;
  return sha256Hex(canonicalJson({ seq, incident_id, key, at, actor, type, body, prev_hash }));
}

/**
 * Walks entries in the order given and says which one, if any, is not what was written. `from` is the
 * entry before the first. `checkpoints` are heads attested elsewhere: by these a chain that was cut, or
 * rewritten from end to end, is found as well.
 */
export async function verifyChain(
  entries: Iterable<unknown> | AsyncIterable<unknown>,
  options: { from?: Head; checkpoints?: readonly Head[] } = {},
): Promise<ChainReport> {
  const checkpoints = options.checkpoints ?? [];
  const checkpointsAt = Map.groupBy(checkpoints, ({ seq }) => seq);
  let before = options.from ?? GENESIS;
  let beforeThat: Head | undefined;
  let count = 0;
  let suspect: Suspect | undefined;
  for await (const entry of entries) {
    if (suspect) {
      lookAhead(suspect, entry);
    } else if (follows(before, entry)) {
      const denied = deniedBy(checkpointsAt.get(entry.seq), entry);
      if (denied) return { valid: false, count, ...denied };
      [beforeThat, before] = [before, { seq: entry.seq, hash: entry.hash }];
      count += 1;
    } else {
      suspect = suspicion(beforeThat, before, entry);
    }
  }
  if (suspect) return { valid: false, count, ...classifyBreak(suspect) };
  const denied = deniedBy(checkpoints, before);
  return denied ? { valid: false, count, ...denied } : { valid: true, count, head: before };
}

/**
 * What a checkpoint says against a head: `removed` where the head lies before it, `changed` where both are
 * at the same place with different hashes. Null where it says nothing, as of a head that is beyond it.
 */
export function verifyAgainstCheckpoint(head: Head, checkpoint: Head): ChainBreak | null {
  if (head.seq < checkpoint.seq) {
    const detail = `the ledger ends at ${head.seq}, and a checkpoint has seen ${checkpoint.seq}`;
    return { at_seq: head.seq + 1, reason: 'removed', detail };
  }
  if (head.seq > checkpoint.seq || head.hash === checkpoint.hash) return null;
  const detail = `entry ${head.seq} is not the one that a checkpoint has seen`;
  return { at_seq: head.seq, reason: 'changed', detail };
}

function deniedBy(checkpoints: readonly Head[] = [], head: Head): ChainBreak | null {
  for (const checkpoint of checkpoints) {
    const denied = verifyAgainstCheckpoint(head, checkpoint);
    if (denied) return denied;
  }
  return null;
}

function follows(before: Head, entry: unknown): entry is LedgerEntry {
  return (
    isEntry(entry) &&
    entry.seq === before.seq + 1 &&
    entry.prev_hash === before.hash &&
    holds(entry, entry)
  );
}

/** The entry itself is hashed and not the parsed one, so that nothing in it can be parsed away. */
function isEntry(value: unknown): value is LedgerEntry {
  return ledgerEntrySchema.safeParse(value).success;
}

function holds(entry: LedgerEntry, place: { seq: number; prev_hash: string }): boolean {
  try {
    return entryHash({ ...entry, seq: place.seq, prev_hash: place.prev_hash }) === entry.hash;
  } catch {
    return false; // not canonical: it was never sealed
  }
}

function suspicion(beforeThat: Head | undefined, before: Head, entry: unknown): Suspect {
  const readable = isEntry(entry);
  return {
    beforeThat,
    before,
    entry: readable ? entry : undefined,
    ownHash: readable ? ownHash(entry, before) : 'fails',
    next: undefined,
    seqFollows: false,
    linkFollows: false,
  };
}

/** Whether the entry's hash is right, or would be in another place. */
function ownHash(entry: LedgerEntry, before: Head): OwnHash {
  if (holds(entry, entry)) return 'holds';
  if (holds(entry, { seq: entry.seq, prev_hash: before.hash })) return 'holds_relinked';
  for (let by = 1; by <= RENUMBERED_BY_MAX; by += 1) {
    if (holds(entry, { seq: entry.seq + by, prev_hash: entry.prev_hash }))
      return 'holds_renumbered';
  }
  return 'fails';
}

/** What comes after a suspect tells a removed entry from one that was moved. */
function lookAhead(suspect: Suspect, entry: unknown): void {
  if (!isEntry(entry)) return;
  suspect.next ??= entry;
  suspect.seqFollows ||= entry.seq === suspect.before.seq + 1;
  suspect.linkFollows ||= entry.hash === suspect.entry?.prev_hash;
}
