import { describe, expect, it } from 'vitest';
import type { Pending } from '../../../src/domain/ledger.ts';
import { admission, AT_MS, incidentId } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

const NOW = 1_000_000;
const UNTIL = NOW + 1_000;

function ids(pending: Pending[]): string[] {
  return pending.map(({ input }) => input.id);
}

describe.each(LEDGER_KINDS)('the outbox on $name', (kind) => {
  it('gives out the most severe first, then the oldest, each with its input', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { severity: 'low' }));
    await ledger.log.admit(admission(3, { severity: 'critical' }));
    await ledger.log.admit(admission(2, { severity: 'critical' }));
    await ledger.log.admit(admission(4, { severity: 'high' }));

    const first = await ledger.outbox.claim('us', NOW, UNTIL, 3);
    expect(ids(first)).toEqual([3, 2, 4].map(incidentId));
    expect(first[0]).toEqual({
      severity: 'critical',
      input: admission(3, { severity: 'critical' }).input,
    });
    expect(ids(await ledger.outbox.claim('us', NOW, UNTIL, 3))).toEqual([incidentId(1)]);
  });

  it('leaves a leased one alone until the lease runs out', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { lease: { owner: 'them', until_ms: NOW + 10 } }));
    expect(await ledger.outbox.claim('us', NOW + 9, UNTIL, 10)).toEqual([]);
    expect(ids(await ledger.outbox.claim('us', NOW + 10, UNTIL, 10))).toEqual([incidentId(1)]);
    expect(await ledger.outbox.claim('them', NOW + 10, UNTIL, 10)).toEqual([]);
    expect(ids(await ledger.outbox.claim('them', UNTIL, UNTIL + 1, 10))).toEqual([incidentId(1)]);
  });

  it('says which of some still wait', async () => {
    const ledger = await freshLedger(kind);
    for (const number of [1, 2, 3]) await ledger.log.admit(admission(number));
    await ledger.outbox.started([incidentId(2)]);
    expect(await ledger.outbox.waiting([1, 2, 4].map(incidentId))).toEqual([incidentId(1)]);
    expect(await ledger.outbox.waiting([])).toEqual([]);
  });

  it('gives nothing to two at once', async () => {
    const place = await kind.place();
    const [one, two] = [await place.open(), await place.open()];
    await Promise.all(Array.from({ length: 50 }, (_, i) => one.log.admit(admission(i))));
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? one : two).outbox.claim(`owner-${i}`, NOW, UNTIL, 8),
      ),
    );
    const claimed = claims.flatMap(ids);
    expect(claimed).toHaveLength(50);
    expect(new Set(claimed).size).toBe(50);
  });

  it('forgets what has been started and tells what waits', async () => {
    const ledger = await freshLedger(kind);
    expect(await ledger.outbox.backlog()).toEqual({ waiting: 0, oldest_ms: 0 });
    await ledger.log.admit(admission(1));
    await ledger.log.admit(admission(2, { at: new Date(AT_MS + 5_000).toISOString() }));
    expect(await ledger.outbox.backlog()).toEqual({ waiting: 2, oldest_ms: AT_MS });
    await ledger.outbox.started([incidentId(1), incidentId(99)]);
    await ledger.outbox.started([]);
    expect(await ledger.outbox.backlog()).toEqual({ waiting: 1, oldest_ms: AT_MS + 5_000 });
  });
});
