import { describe, expect, it } from 'vitest';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import type { IncidentFilter } from '../../../src/domain/ledger.ts';
import { admission, AT, AT_MS, incidentId, recorded } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';
import { playbookPlan } from '../../support/playbooks.ts';

async function numbersOf(
  ledger: OpenLedger,
  filter: Omit<IncidentFilter, 'limit'>,
  limit = 100,
): Promise<{ ids: string[]; next: string }> {
  const { incidents, next } = await ledger.register.incidents({ ...filter, limit });
  return { ids: incidents.map(({ id }) => id), next };
}

function secondsLater(seconds: number): string {
  return new Date(AT_MS + seconds * 1_000).toISOString();
}

const RESOLVED = recorded('resolved', { type: 'resolved', by: 'ada', note: '' });

describe.each(LEDGER_KINDS)('the register on $name', (kind) => {
  it('lists the most severe first, then the newest', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { severity: 'low', at: secondsLater(9) }));
    await ledger.log.admit(admission(2, { severity: 'critical', at: secondsLater(1) }));
    await ledger.log.admit(admission(3, { severity: 'critical', at: secondsLater(2) }));
    await ledger.log.admit(admission(4, { severity: 'medium' }));
    expect(await numbersOf(ledger, {})).toEqual({ ids: [3, 2, 4, 1].map(incidentId), next: '' });
  });

  it('gives every incident once over its pages, whatever comes in meanwhile', async () => {
    const ledger = await freshLedger(kind);
    for (let i = 0; i < 7; i += 1) {
      const severity = i % 2 === 0 ? 'high' : 'low';
      await ledger.log.admit(admission(i, { severity, at: secondsLater(i % 3) }));
    }
    const all = await numbersOf(ledger, {});
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await numbersOf(ledger, { cursor }, 3);
      seen.push(...page.ids);
      cursor = page.next;
      await ledger.log.admit(admission(100 + seen.length, { severity: 'critical' }));
    } while (cursor !== '');
    expect(seen).toEqual(all.ids);
  });

  it('filters by class, state and severity', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { severity: 'low' }));
    await ledger.log.admit(admission(2, { class: 'integrity_violation' }));
    await ledger.log.append(incidentId(2), [recorded('c', { type: 'contained' })]);
    const ids = async (filter: Omit<IncidentFilter, 'limit'>) =>
      (await numbersOf(ledger, filter)).ids;
    expect(await ids({ class: 'integrity_violation' })).toEqual([incidentId(2)]);
    expect(await ids({ state: 'open' })).toEqual([incidentId(1)]);
    expect(await ids({ severity: 'low' })).toEqual([incidentId(1)]);
    expect(await ids({ severity: 'low', state: 'contained' })).toEqual([]);
  });

  it.each(['x', '', 'WzEsMl0', Buffer.from('[1,"a","b","c"]').toString('base64url')])(
    'refuses the cursor %j that it never gave',
    async (cursor) => {
      const ledger = await freshLedger(kind);
      const list = ledger.register.incidents({ limit: 1, cursor });
      await expect(list).rejects.toMatchObject({ code: 'invalid_cursor', retryable: false });
    },
  );

  it('counts', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { severity: 'critical' }));
    await ledger.log.admit(admission(2, { severity: 'low', autoContain: false }));
    await ledger.log.admit(admission(3, { class: 'integrity_violation' }));
    await ledger.log.append(incidentId(3), [RESOLVED]);
    expect(await ledger.register.stats()).toEqual({
      total_incidents: 3,
      open_incidents: 2,
      contained_count: 2,
      resolved_count: 1,
      by_class: { prompt_injection: 2, integrity_violation: 1 },
      open_by_severity: { critical: 1, low: 1 },
      clocks: expect.any(Object),
      false_positives: [],
    });
  });

  it('counts how clocks have ended, and anew whatever has happened since it was asked', async () => {
    const ledger = await freshLedger(kind);
    const playbook = playbookPlan({ clocks: { respond: 60_000 } });
    const respond = async () => (await ledger.register.stats()).clocks['respond'];
    expect(await respond()).toBeUndefined();
    for (const n of [1, 2, 3]) await ledger.log.admit(admission(n, { playbook }));
    expect(await respond()).toEqual({ met: 0, missed: 0, running: 3 });
    const binding = 'b'.repeat(64);
    const seen = { type: 'acknowledged', by: 'ada', claim: '', note: '', binding } as const;
    await ledger.log.append(incidentId(1), [recorded('seen', seen, secondsLater(60))]);
    await ledger.log.append(incidentId(2), [recorded('seen', seen, secondsLater(61))]);
    const figures = { met: 1, missed: 1, running: 1 };
    const asked = await Promise.all([respond(), respond()]);
    expect(asked).toEqual([figures, figures]);
  });

  it('counts false positives by who reported them', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1));
    const dismissal = { reason: 'a load test', tune: 'the threshold' };
    const event = { type: 'resolved', by: 'ada', note: '', dismissal } as const;
    await ledger.log.append(incidentId(1), [recorded('resolved', event)]);
    expect((await ledger.register.stats()).false_positives).toEqual([
      { source: 'gpu-watch', format: '', class: 'prompt_injection', count: 1 },
    ]);
  });

  it('names the unresolved incidents whose ceremony is not complete', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1));
    await ledger.log.admit(admission(2, { latched: true, severity: 'medium' }));
    await ledger.log.admit(admission(3, { latched: true }));
    await ledger.log.admit(admission(4, { latched: true }));
    await ledger.log.append(incidentId(4), [RESOLVED]);
    const pending = await ledger.register.pendingRecoveries();
    expect(pending.map(({ id }) => id)).toEqual([3, 2].map(incidentId));
  });

  it('gives entries from a sequence on, oldest first', async () => {
    const ledger = await freshLedger(kind);
    expect(await ledger.register.head()).toBeNull();
    for (const i of [1, 2, 3, 4]) await ledger.log.admit(admission(i));
    const entries = await ledger.register.entriesAfter(1, 2);
    expect(entries.map(({ seq }) => seq)).toEqual([2, 3]);
    const [last] = await ledger.register.entriesAfter(3, 2);
    expect(await ledger.register.head()).toEqual({ seq: 4, hash: last?.hash });
  });

  it('knows no incident that was not reported', async () => {
    const ledger = await freshLedger(kind);
    expect(await ledger.register.incident(incidentId(1))).toBeNull();
    expect(await ledger.register.timeline(incidentId(1))).toEqual([]);
  });

  it('probes without a trace in the ledger', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.note({ key: 'n', at: AT, actor: 'ada', type: 'note', body: {} });
    await ledger.register.probe();
    expect((await ledger.register.head())?.seq).toBe(1);
  });
});
