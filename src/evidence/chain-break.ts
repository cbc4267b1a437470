import type { Head } from '../domain/ledger.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';

export type ChainBreakReason = 'changed' | 'removed' | 'reordered' | 'inserted' | 'unreadable';

/** Where a chain stops being what was written, and how, as far as it can be known. */
export interface ChainBreak {
  at_seq: number;
  reason: ChainBreakReason;
  detail: string;
}

/** `holds_relinked`: with the link it should have; `holds_renumbered`: with a later number than it shows. */
export type OwnHash = 'holds' | 'holds_relinked' | 'holds_renumbered' | 'fails';

/** The first entry that does not follow, and what was seen around it. */
export interface Suspect {
  /** Undefined where the suspect is the first of the walk. */
  beforeThat: Head | undefined;
  before: Head;
  /** Undefined where it is not an entry at all. */
  entry: LedgerEntry | undefined;
  ownHash: OwnHash;
  next: LedgerEntry | undefined;
  /** The sequence that was expected here turns up later. */
  seqFollows: boolean;
  /** The entry that this one names as the one before it turns up later. */
  linkFollows: boolean;
}

/** Names the tampering that explains the suspect with the least effort of whoever did it. */
export function classifyBreak(suspect: Suspect): ChainBreak {
  const { entry, before } = suspect;
  if (!entry) return at(before.seq + 1, 'unreadable', 'is not a ledger entry');
  if (entry.seq !== before.seq + 1) return misplaced(suspect, entry);
  return entry.prev_hash === before.hash ? misfit(suspect, entry) : unlinked(suspect, entry);
}

function misplaced({ before, seqFollows }: Suspect, entry: LedgerEntry): ChainBreak {
  const expected = before.seq + 1;
  if (entry.seq < expected) return at(entry.seq, 'inserted', `comes again after ${before.seq}`);
  if (seqFollows) return at(entry.seq, 'reordered', `comes before ${expected}`);
  const last = entry.seq - 1;
  return at(expected, 'removed', expected === last ? 'is missing' : `to ${last} are missing`);
}

/** The link is right and the hash is not. */
function misfit({ before, next }: Suspect, entry: LedgerEntry): ChainBreak {
  if (next?.prev_hash === before.hash) {
    return at(entry.seq, 'inserted', `was put between ${before.seq} and what followed it`);
  }
  return at(entry.seq, 'changed', 'does not match its hash');
}

/** The number is right and the link is not. */
function unlinked(suspect: Suspect, entry: LedgerEntry): ChainBreak {
  const { beforeThat, before, next, ownHash, linkFollows } = suspect;
  if (entry.prev_hash === beforeThat?.hash) {
    return at(before.seq, 'inserted', 'is unknown to the entry after it');
  }
  if (linkFollows) return at(entry.seq, 'reordered', 'comes before the entry that it follows');
  if (next?.prev_hash === before.hash) {
    return at(entry.seq, 'inserted', 'is unknown to the entry after it');
  }
  if (ownHash === 'holds_relinked') {
    return at(entry.seq, 'changed', 'no longer names the entry before it');
  }
  if (ownHash === 'holds_renumbered') {
    return at(entry.seq, 'removed', 'is missing, and those after it were renumbered');
  }
  if (ownHash === 'fails') {
    return at(entry.seq, 'changed', 'matches neither its hash nor the entry before it');
  }
  // An entry that holds as it is vouches for the one before it: that one is not what it was.
  return beforeThat
    ? at(before.seq, 'changed', 'was rewritten: the entry after it names another')
    : at(entry.seq, 'removed', 'does not follow the beginning: what it follows is missing');
}

function at(seq: number, reason: ChainBreakReason, detail: string): ChainBreak {
  return { at_seq: seq, reason, detail: `entry ${seq} ${detail}` };
}
