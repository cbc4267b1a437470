import type { IncidentEvent } from '../../src/domain/events.ts';
import { apply, open } from '../../src/domain/incident.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { seal } from '../../src/evidence/chain.ts';

export interface TinyLedger {
  entries: LedgerEntry[];
  incidents: Map<string, Incident>;
  tell(id: string, event: IncidentEvent, actor?: string): void;
  /** How many follow now. */
  followers(): number;
  /** Entries after the sequence, then every new one, until the returned function is called. */
  follow(after: number, follower: (entry: LedgerEntry) => void): () => void;
}

/** A hash chain and the register folded from it, in memory. */
export function createTinyLedger(): TinyLedger {
  const entries: LedgerEntry[] = [];
  const incidents = new Map<string, Incident>();
  const followers = new Set<(entry: LedgerEntry) => void>();
  return {
    entries,
    incidents,
    followers: () => followers.size,
    tell: (id, event, actor = 'cordon') => {
      const at = new Date().toISOString();
      const recorded = { key: `k-${entries.length}`, at, actor, event };
      const { type, ...body } = event;
      const { key } = recorded;
      const draft = { incident_id: id, key, at, actor, type, body };
      const entry = seal(entries.at(-1) ?? null, draft);
      entries.push(entry);
      const before = incidents.get(id);
      if (event.type === 'reported') incidents.set(id, open({ ...recorded, event }));
      else if (before !== undefined) incidents.set(id, apply(before, recorded));
      for (const follower of followers) follower(entry);
    },
    follow: (after, follower) => {
      entries.filter((entry) => entry.seq > after).forEach(follower);
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}
