import { describe, expect, it } from 'vitest';
import type { AlertOutcome, AlertReceipt } from '../../../src/intake/alert-intake.ts';
import { receiptSchema, shownReceipt } from '../../../src/shim/alerts/receipt.ts';

const outcome = (index: number, said: AlertOutcome['outcome']): AlertOutcome => {
  return { index, title: `t${index}`, outcome: said, rule: '', incident_id: '', reason: '' };
};
const receipt = (changed: Partial<AlertReceipt>): AlertReceipt => ({
  delivery: 'a'.repeat(64),
  format: 'hubble',
  alerts: [],
  refused: [],
  disagreements: [],
  ...changed,
});

describe('what a sender is told', () => {
  it('counts all of it, and names first what opened an incident', () => {
    const alerts = Array.from({ length: 500 }, (_, n) =>
      outcome(n, n === 450 ? 'incident' : 'unmatched'),
    );
    const shown = receiptSchema.parse(shownReceipt(receipt({ alerts })));
    expect(shown.counts).toMatchObject({ incident: 1, unmatched: 499, unreadable: 0 });
    expect(shown.alerts).toHaveLength(100);
    expect(shown.alerts.map(({ index }) => index)).toEqual([
      ...Array.from({ length: 99 }, (_, n) => n),
      450,
    ]);
  });

  it('is short, whatever was sent', () => {
    const long = `${'é'.repeat(255)}😀${'x'.repeat(1_000_000)}`;
    const shown = shownReceipt(
      receipt({
        alerts: [{ ...outcome(0, 'unmatched'), title: long }],
        refused: Array.from({ length: 10_000 }, (_, index) => ({ index, reason: long })),
        disagreements: Array<string>(1_000).fill(long),
      }),
    );
    expect(shown.counts.unreadable).toBe(10_000);
    expect(shown.alerts[0]?.title.isWellFormed()).toBe(true);
    expect(JSON.stringify(shown).length).toBeLessThan(400_000);
  });
});
