import { assert, nat, pre, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RiskEntry } from '../../../src/domain/risk-ledger.ts';
import { canonicalJson } from '../../../src/evidence/canonical.ts';
import { riskEntryHash } from '../../../src/evidence/risk-ledger/risk-entry-hash.ts';
import { verifyRiskLedger } from '../../../src/evidence/risk-ledger/verify-risk-ledger.ts';
import { decisions, ledgerOf } from './ledgers.ts';

const LENGTH = 9;
const whole = decisions(LENGTH);
const head = whole.at(-1)?.ledger_hash;
const place = nat(LENGTH - 1);

/** What the runtime had counted and headed, around other entries. */
const meddled = (entries: readonly unknown[]) =>
  verifyRiskLedger(ledgerOf(entries, { entry_count: LENGTH, head_ledger_hash: head }));

/** The same by somebody who counts and heads them anew. */
const covered = (entries: readonly unknown[]) => verifyRiskLedger(ledgerOf(entries));

describe('a ledger that nobody has touched', () => {
  it.each([0, 1, 2, LENGTH])('of %d entries is valid', (length) => {
    const entries = decisions(length);
    expect(
      verifyRiskLedger(
        ledgerOf(entries),
        entries.map((e) => e.ledger_hash),
      ),
    ).toEqual({
      schema: 'pi.ext.runtime_risk_ledger.v1',
      valid: true,
      entry_count: length,
      head_ledger_hash: entries.at(-1)?.ledger_hash ?? null,
      first_invalid_index: null,
      errors: [],
    });
  });

  it('may have members that a later version has added', () => {
    const later = { ...decisions(1)[0], e_process: 0.5 };
    const entry = { ...later, ledger_hash: riskEntryHash(later) };
    expect(covered([entry]).valid).toBe(true);
    expect(covered([{ ...entry, e_process: 0.6 }])).toMatchObject({ first_invalid_index: 0 });
  });
});

describe('every change is found, and the first broken entry is named', () => {
  it('of a single bit, wherever it is', () => {
    const texts = whole.map((entry) => Buffer.from(canonicalJson(entry)));
    assert(
      property(place, nat(), (index, where) => {
        const bytes = Buffer.from(texts[index] ?? '');
        const bit = where % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const report = meddled(whole.with(index, asEntry(bytes.toString())));
        expect(report).toMatchObject({ valid: false, first_invalid_index: index });
        expect(report.errors[0]?.detail).toContain(`entry ${index} `);
      }),
      { numRuns: 500 },
    );
  });

  it('of one entry whose hash was made to fit', () => {
    for (const index of whole.keys()) {
      const altered = rehashed({ ...whole[index]!, selected_action: 'allow', risk_score: 0.01 });
      expect(meddled(whole.with(index, altered))).toMatchObject({ first_invalid_index: index });
    }
  });

  it('by a removal, also where what is left is counted anew', () => {
    for (const index of whole.keys()) {
      const left = whole.toSpliced(index, 1);
      expect(meddled(left)).toMatchObject({ valid: false, first_invalid_index: index });
      const isLast = index === LENGTH - 1;
      const report = covered(left);
      expect(report.first_invalid_index).toBe(isLast ? null : index);
    }
  });

  it('by a removal of the last that is covered up, where a head is known from before', () => {
    const left = whole.slice(0, -1);
    expect(covered(left).valid).toBe(true);
    const report = verifyRiskLedger(ledgerOf(left), [head ?? '']);
    expect(report).toMatchObject({ valid: false, first_invalid_index: null });
  });

  it('by a duplicate, wherever it was put behind the first', () => {
    assert(
      property(place, place, (index, behind) => {
        const at = Math.max(index, behind) + 1;
        const report = covered(whole.toSpliced(at, 0, whole[index]!));
        expect(report).toMatchObject({ valid: false, first_invalid_index: at });
        expect(report.errors[0]?.problem).toBe('duplicate');
      }),
    );
  });

  it('by another order', () => {
    assert(
      property(place, place, (one, other) => {
        pre(one !== other);
        const report = covered(whole.with(one, whole[other]!).with(other, whole[one]!));
        expect(report).toMatchObject({ valid: false, first_invalid_index: Math.min(one, other) });
      }),
    );
  });

  it('by a forged beginning', () => {
    const left = whole.slice(3).map((entry, n) => ({ ...entry, sequence_id: n + 1 }));
    expect(covered(left)).toMatchObject({ first_invalid_index: 0 });
    expect(covered([rehashed(left[0]!), ...left.slice(1)])).toMatchObject({
      first_invalid_index: 0,
    });
  });
});

describe('what is not a ledger', () => {
  it.each([null, [], 'x', {}, { schema: 'pi.ext.runtime_risk_ledger.v1' }])(
    '%j is refused',
    (document) => {
      expect(verifyRiskLedger(document)).toMatchObject({
        valid: false,
        errors: [{ problem: 'schema' }],
      });
    },
  );

  it('or is of another version is not valid, and its chain is followed all the same', () => {
    const report = verifyRiskLedger(ledgerOf(whole, { schema: 'pi.ext.runtime_risk_ledger.v9' }));
    expect(report).toMatchObject({ valid: false, first_invalid_index: null });
    expect(report.errors).toHaveLength(1);
  });

  it.each([null, 'x', [], {}, { ledger_hash: 7 }])('as an entry, %j is named', (entry) => {
    expect(meddled(whole.with(4, entry as never))).toMatchObject({
      first_invalid_index: 4,
      errors: [
        { index: 4, problem: 'unreadable' },
        { index: 4, problem: 'link' },
      ],
    });
  });
});

function rehashed(entry: RiskEntry): RiskEntry {
  return { ...entry, ledger_hash: riskEntryHash(entry) };
}

/** What is not even JSON stands there as text. */
function asEntry(text: string): never {
  try {
    return JSON.parse(text) as never;
  } catch {
    return text as never;
  }
}
