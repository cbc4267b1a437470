import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/domain/ledger-entry.ts';
import {
  entryHash,
  GENESIS_HASH,
  seal,
  verifyAgainstCheckpoint,
  verifyChain,
} from '../../src/evidence/chain.ts';
import { chainOf, pick, sealed } from './entries.ts';

const LENGTH = 7;
const PLACES = [
  ['first', 1],
  ['second', 2],
  ['middle', 4],
  ['last', LENGTH],
] as const;

/** A new chain, and what a tamperer makes of it. `at` counts from 1, as sequences do. */
function tampered(change: (entries: LedgerEntry[]) => unknown): LedgerEntry[] {
  const entries = structuredClone(chainOf(LENGTH));
  change(entries);
  return entries;
}

function renumber(entries: LedgerEntry[]): void {
  entries.forEach((entry, index) => (entry.seq = index + 1));
}

function rehash(entry: LedgerEntry): void {
  entry.hash = entryHash(entry);
}

describe('an untouched chain', () => {
  it('is valid, and its head is its last entry', async () => {
    const entries = chainOf(LENGTH);
    const { hash } = pick(entries, -1);
    expect(await verifyChain(entries)).toEqual({
      valid: true,
      count: LENGTH,
      head: { seq: LENGTH, hash },
    });
  });

  it('is valid when there is nothing in it', async () => {
    const head = { seq: 0, hash: GENESIS_HASH };
    expect(await verifyChain([])).toEqual({ valid: true, count: 0, head });
  });

  it('can be read as a stream, and from the middle', async () => {
    const entries = chainOf(LENGTH);
    async function* later(): AsyncGenerator<LedgerEntry> {
      yield* entries.slice(3);
    }
    expect(await verifyChain(later(), { from: pick(entries, 2) })).toMatchObject({
      valid: true,
      count: 4,
    });
  });

  it('hashes every field', () => {
    const entry = sealed(null, 'e0');
    const changes: Partial<LedgerEntry>[] = [
      { seq: 2 },
      { incident_id: '' },
      { key: 'e1' },
      { at: '2026-01-01T12:00:00.001Z' },
      { actor: 'mallory' },
      { type: 'resolved' },
      { body: {} },
      { prev_hash: entry.hash },
    ];
    const hashes = changes.map((change) => entryHash({ ...entry, ...change }));
    expect(new Set([entry.hash, ...hashes]).size).toBe(changes.length + 1);
  });

  it('cannot be continued with what is not JSON', () => {
    const { seq: _seq, prev_hash: _prev, hash: _hash, ...draft } = sealed(null, 'e0');
    expect(() => seal(null, { ...draft, body: { n: NaN } })).toThrow(
      expect.objectContaining({ code: 'not_canonical' }),
    );
  });
});

describe.each(PLACES)('tampering with the %s entry', (_name, seq) => {
  const index = seq - 1;
  const count = index;

  it.each<[string, (entry: LedgerEntry) => unknown]>([
    ['a field', (entry) => (entry.actor = 'mallory')],
    ['deep in the body', (entry) => Object.assign(entry.body, { nested: { list: [1, 'drei'] } })],
    ['the link', (entry) => (entry.prev_hash = 'ab'.repeat(32))],
    ['the hash', (entry) => (entry.hash = 'ab'.repeat(32))],
    ['the time', (entry) => (entry.at = '2026-01-01T12:00:00.001Z')],
  ])('finds it changed: %s', async (_what, change) => {
    const entries = tampered((all) => change(pick(all, index)));
    expect(await verifyChain(entries)).toMatchObject({
      valid: false,
      reason: 'changed',
      at_seq: seq,
      count,
    });
  });

  it('finds its removal by a checkpoint', async () => {
    const checkpoint = pick(chainOf(LENGTH), index);
    const entries = tampered((all) => all.splice(index));
    const report = await verifyChain(entries, { checkpoints: [checkpoint] });
    expect(report).toMatchObject({ reason: 'removed', at_seq: seq, count });
  });

  it('finds a chain rewritten from it on by a checkpoint', async () => {
    const original = chainOf(LENGTH);
    const prev = index === 0 ? null : pick(original, index - 1);
    const forged = sealed(prev, 'forged');
    const entries = [...original.slice(0, index), forged, ...chainOf(LENGTH - seq, forged)];
    expect(await verifyChain(entries)).toMatchObject({ valid: true, count: LENGTH });
    const report = await verifyChain(entries, { checkpoints: [pick(original, index)] });
    expect(report).toMatchObject({ reason: 'changed', at_seq: seq, count });
  });

  it('finds another inserted before it that is well made', async () => {
    const entries = tampered((all) => {
      all.splice(index, 0, sealed(index === 0 ? null : pick(all, index - 1), 'forged'));
      renumber(all);
    });
    expect(await verifyChain(entries)).toMatchObject({ reason: 'inserted', at_seq: seq });
  });

  it('finds another inserted before it that is badly made', async () => {
    const entries = tampered((all) => {
      all.splice(index, 0, { ...sealed(null, 'forged'), prev_hash: 'ab'.repeat(32) });
      renumber(all);
    });
    expect(await verifyChain(entries)).toMatchObject({ reason: 'inserted', at_seq: seq, count });
  });

  it('finds it twice', async () => {
    const entries = tampered((all) => all.splice(index, 0, pick(all, index)));
    expect(await verifyChain(entries)).toMatchObject({ reason: 'inserted', at_seq: seq });
  });

  it('finds it unreadable', async () => {
    const entries: unknown[] = chainOf(LENGTH);
    for (const rubbish of [null, 'x', {}, { ...pick(chainOf(LENGTH), index), extra: 1 }]) {
      entries[index] = rubbish;
      const report = await verifyChain(entries);
      expect(report).toMatchObject({ reason: 'unreadable', at_seq: seq, count });
    }
  });
});

describe.each(PLACES.slice(0, -1))(
  'tampering with the %s entry, which others follow',
  (_name, seq) => {
    const index = seq - 1;
    const count = index;

    it('finds it changed and hashed again', async () => {
      const entries = tampered((all) => {
        pick(all, index).actor = 'mallory';
        rehash(pick(all, index));
      });
      expect(await verifyChain(entries)).toMatchObject({ reason: 'changed', at_seq: seq });
    });

    it('finds it removed', async () => {
      const entries = tampered((all) => all.splice(index, 1));
      expect(await verifyChain(entries)).toMatchObject({ reason: 'removed', at_seq: seq, count });
    });

    it('finds it removed and the rest renumbered', async () => {
      const entries = tampered((all) => {
        all.splice(index, 1);
        renumber(all);
      });
      expect(await verifyChain(entries)).toMatchObject({ reason: 'removed', at_seq: seq, count });
    });

    it('finds it reordered with the next', async () => {
      const entries = tampered((all) => {
        all.splice(index, 2, pick(all, index + 1), pick(all, index));
      });
      expect(await verifyChain(entries)).toMatchObject({
        reason: 'reordered',
        at_seq: seq + 1,
        count,
      });
    });

    it('finds it reordered and renumbered', async () => {
      const entries = tampered((all) => {
        all.splice(index, 2, pick(all, index + 1), pick(all, index));
        renumber(all);
      });
      expect(await verifyChain(entries)).toMatchObject({ reason: 'reordered', at_seq: seq, count });
    });
  },
);

describe('a checkpoint', () => {
  const entries = chainOf(3);

  it('agrees with the head it has seen, and with every later one', () => {
    expect(verifyAgainstCheckpoint(pick(entries, 2), pick(entries, 2))).toBeNull();
    expect(verifyAgainstCheckpoint(pick(entries, 2), pick(entries, 1))).toBeNull();
  });

  it('finds a cut tail and another head', () => {
    expect(verifyAgainstCheckpoint(pick(entries, 1), pick(entries, 2))).toMatchObject({
      reason: 'removed',
      at_seq: 3,
    });
    expect(
      verifyAgainstCheckpoint(sealed(pick(entries, 1), 'forged'), pick(entries, 2)),
    ).toMatchObject({
      reason: 'changed',
      at_seq: 3,
    });
  });

  it('counts even where another of the same place agrees', async () => {
    const head = pick(entries, 2);
    const checkpoints = [{ seq: 3, hash: 'ab'.repeat(32) }, head];
    expect(await verifyChain(entries, { checkpoints })).toMatchObject({
      reason: 'changed',
      at_seq: 3,
    });
  });
});
