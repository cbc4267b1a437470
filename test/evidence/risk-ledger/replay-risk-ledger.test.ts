import { describe, expect, it } from 'vitest';
import { replayRiskLedger } from '../../../src/evidence/risk-ledger/replay-risk-ledger.ts';
import { verifyRiskLedger } from '../../../src/evidence/risk-ledger/verify-risk-ledger.ts';
import { decisions, ledgerOf } from './ledgers.ts';

const whole = decisions(6);
const replayOf = (document: unknown, heads: string[] = []) =>
  replayRiskLedger(document, verifyRiskLedger(document, heads));

describe('a replay', () => {
  it('tells every decision of a ledger that holds', () => {
    const { steps, untrusted } = replayOf(ledgerOf(whole));
    expect(untrusted).toBeNull();
    expect(steps.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(steps[1]).toEqual({
      index: 1,
      ts_ms: 1_770_091_200_250,
      extension_id: 'weather-tools',
      capability: 'env',
      method: 'do',
      risk_score: 0.1,
      selected_action: 'harden',
      derived_state: 'suspicious',
    });
  });

  it('ends where the ledger cannot be believed any more, and says what is to be looked at anew', () => {
    const { steps, untrusted } = replayOf(ledgerOf(whole.toSpliced(2, 1), { entry_count: 6 }));
    expect(steps).toHaveLength(2);
    expect(untrusted).toEqual({ from_index: 2, count: 3, extensions: ['maps', 'weather-tools'] });
  });

  it.each([
    ['a head that is not in it any more', ledgerOf(whole), ['ab'.repeat(32)], 6],
    ['no ledger at all', {}, [], 0],
  ])('believes nothing of %s', (_what, document, heads, count) => {
    const { steps, untrusted } = replayOf(document, heads);
    expect(steps).toEqual([]);
    expect(untrusted).toMatchObject({ from_index: 0, count });
  });
});
