import { describe, expect, it } from 'vitest';
import type { RiskEntry } from '../../../src/domain/risk-ledger.ts';
import { judgeRiskLedger } from '../../../src/evidence/risk-ledger/judge-risk-ledger.ts';
import { riskEntryHash } from '../../../src/evidence/risk-ledger/risk-entry-hash.ts';
import { verifyRiskLedger } from '../../../src/evidence/risk-ledger/verify-risk-ledger.ts';
import { decisions, ledgerOf } from './ledgers.ts';

const LENGTH = 9;
const whole = decisions(LENGTH);
const head = whole.at(-1)?.ledger_hash;
const places = [...whole.keys()];
const verdictOn = (entries: readonly unknown[], over: object = {}) =>
  judgeRiskLedger(
    verifyRiskLedger(ledgerOf(entries, { entry_count: LENGTH, head_ledger_hash: head, ...over })),
  );

describe('one damaged entry whose neighbours still link', () => {
  const DAMAGES: Record<string, (entry: RiskEntry) => object> = {
    'its score': (entry) => ({ ...entry, risk_score: 0.77 }),
    'its time': (entry) => ({ ...entry, ts_ms: entry.ts_ms ^ 1 }),
    'its sequence': (entry) => ({ ...entry, sequence_id: entry.sequence_id + 8 }),
    'its link': (entry) => ({ ...entry, prev_ledger_hash: 'ab'.repeat(32) }),
    'its hash': (entry) => ({ ...entry, ledger_hash: 'ab'.repeat(32) }),
    'its hash, out of hex': (entry) => ({
      ...entry,
      ledger_hash: `G${entry.ledger_hash.slice(1)}`,
    }),
    'a word of it': (entry) => ({ ...entry, selected_action: 'denx' }),
  };

  it.each(Object.entries(DAMAGES))('is corruption: %s', (_what, damage) => {
    for (const index of places) {
      const { verdict, why } = verdictOn(whole.with(index, damage(whole[index]!) as RiskEntry));
      expect(verdict).toBe('corruption');
      expect(why).toContain(`entry ${index} alone`);
    }
  });
});

describe('whatever breaks the chain', () => {
  const altered = (index: number) => ({ ...whole[index]!, risk_score: 0.77 });
  const CHANGES: Record<string, (index: number) => readonly unknown[]> = {
    'an entry whose hash was made to fit': (index) =>
      whole.with(index, { ...altered(index), ledger_hash: riskEntryHash(altered(index)) }),
    'a removal': (index) => whole.toSpliced(index, 1),
    'a duplicate': (index) => whole.toSpliced(index, 0, whole[index]!),
    'two damaged entries': (index) =>
      whole.with(index, altered(index)).with((index + 4) % LENGTH, altered((index + 4) % LENGTH)),
    'one damaged entry that links elsewhere': (index) =>
      whole.with(index, { ...altered(index), prev_ledger_hash: 'ab'.repeat(32) }),
  };

  it.each(Object.entries(CHANGES))('is tampering: %s', (_what, change) => {
    for (const index of places) {
      expect(verdictOn(change(index)).verdict).toBe('tampering');
    }
  });

  it('is tampering where no entry is to blame', () => {
    const known = verifyRiskLedger(ledgerOf(whole.slice(0, -1)), [head ?? '']);
    expect(judgeRiskLedger(known).why).toContain('a place that is not known');
    expect(judgeRiskLedger(known).verdict).toBe('tampering');
  });
});

it('says intact of what holds, and nothing of what it cannot read', () => {
  expect(verdictOn(whole).verdict).toBe('intact');
  expect(judgeRiskLedger(verifyRiskLedger({}))).toMatchObject({ verdict: 'unreadable' });
  expect(verdictOn(whole.with(3, whole[2]!), { schema: 'v9' }).verdict).toBe('unreadable');
});
