import { type RiskEntry, riskEntrySchema } from '../../domain/risk-ledger.ts';
import { riskEntryHash } from './risk-entry-hash.ts';

/** What can be said of one entry by itself. */
export interface ReadEntry {
  /** Null where it is not one at all. */
  entry: RiskEntry | null;
  /** What it says that its hash is; null where it says none. */
  told: string | null;
  /** What its hash is; '' for what has none. */
  hash: string;
  holds: boolean;
}

/** The value itself is hashed and not the parsed one, so that nothing in it can be parsed away. */
export function readEntry(value: unknown): ReadEntry {
  const parsed = riskEntrySchema.safeParse(value);
  const entry = parsed.success ? parsed.data : null;
  const members = new Map(Object.entries(Object(value)));
  const said = members.get('ledger_hash');
  const told = typeof said === 'string' ? said : null;
  const hash = hashOf(Object.fromEntries(members));
  return { entry, told, hash, holds: entry !== null && told === hash };
}

/** Whether it would hold if it named that one as the one before it. */
export function holdsBehind({ entry, told }: ReadEntry, prev_ledger_hash: string | null): boolean {
  return entry !== null && told === hashOf({ ...entry, prev_ledger_hash });
}

function hashOf(members: Record<string, unknown>): string {
  try {
    return riskEntryHash(members);
  } catch {
    return ''; // not canonical: it was never sealed
  }
}
