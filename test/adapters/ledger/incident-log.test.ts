import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { admission, AT, freeze, incidentId, recorded } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

const LATER = '2026-01-02T03:05:00.000Z';

describe.each(LEDGER_KINDS)('the incident log on $name', (kind) => {
  it('makes a report an entry, a register row, holds and outbox work at once', async () => {
    const ledger = await freshLedger(kind);
    const wishes = { holds: [freeze('host-3')] };

    const { incident, repeated } = await ledger.log.admit(admission(1, wishes));

    expect(repeated).toBe(false);
    expect(incident).toMatchObject({ id: incidentId(1), state: 'open', created_at: AT });
    expect(await ledger.register.incident(incident.id)).toEqual(incident);
    const [entry, ...more] = await ledger.register.timeline(incident.id);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ seq: 1, key: 'reported', actor: 'gpu-watch', type: 'reported' });
    expect(entry?.body).toMatchObject({ class: 'prompt_injection', evidence: { n: 1 } });
    expect(await ledger.holds.inForce()).toEqual([
      { incident_id: incident.id, resource: 'freeze_agent@agent#host-3' },
    ]);
    expect((await ledger.outbox.backlog()).waiting).toBe(1);
  });

  it('answers a repeated key with the first incident and writes nothing', async () => {
    const ledger = await freshLedger(kind);
    const first = await ledger.log.admit(admission(1, { key: 'event-7' }));
    const again = await ledger.log.admit(admission(2, { key: 'event-7' }));

    expect(again).toEqual({ incident: first.incident, repeated: true });
    expect(await ledger.register.incident(incidentId(2))).toBeNull();
    expect((await ledger.register.head())?.seq).toBe(1);
  });

  it('keeps the keys of two reporters apart, and reports without a key', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1, { key: 'event-7' }));
    const other = await ledger.log.admit(admission(2, { key: 'event-7', reporter: 'attestor' }));
    const keyless = [await ledger.log.admit(admission(3)), await ledger.log.admit(admission(4))];
    expect([other, ...keyless].map(({ repeated }) => repeated)).toEqual([false, false, false]);
  });

  it('takes a key of any length and content', async () => {
    const ledger = await freshLedger(kind);
    const keys = ['\u0000', '\u0000\u0000', '', 'k'.repeat(100_000)];
    for (const [i, key] of keys.entries()) {
      expect((await ledger.log.admit(admission(i, { key }))).repeated).toBe(false);
    }
  });

  it('lets one of many simultaneous reports of one key win, over two connections', async () => {
    const place = await kind.place();
    const [one, two] = [await place.open(), await place.open()];
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? one : two).log.admit(admission(i, { key: 'event-7' })),
      ),
    );
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(new Set(answers.map(({ incident }) => incident.id)).size).toBe(1);
  });

  it('refuses an id that is taken, and frees the key of the refused report', async () => {
    const ledger = await freshLedger(kind);
    await ledger.log.admit(admission(1));
    const taken = ledger.log.admit(admission(1, { key: 'event-7' }));
    await expect(taken).rejects.toMatchObject({ code: 'incident_exists', retryable: false });
    expect((await ledger.log.admit(admission(2, { key: 'event-7' }))).repeated).toBe(false);
  });

  it('appends each event once and folds it into the register', async () => {
    const ledger = await freshLedger(kind);
    const { incident } = await ledger.log.admit(admission(1));
    const contained = recorded('contained', { type: 'contained' }, LATER);
    const alert = recorded('alert', { type: 'alert', message: 'paged' });

    const after = await ledger.log.append(incident.id, [contained]);
    const repeat = await ledger.log.append(incident.id, [contained, alert, alert]);

    expect(after).toMatchObject({ state: 'contained', contained_at: LATER });
    expect(repeat).toEqual(await ledger.register.incident(incident.id));
    const types = (await ledger.register.timeline(incident.id)).map(({ type }) => type);
    expect(types).toEqual(['reported', 'contained', 'alert']);
  });

  it('refuses an event of an unknown incident', async () => {
    const ledger = await freshLedger(kind);
    const append = ledger.log.append(incidentId(9), [recorded('a', { type: 'contained' })]);
    await expect(append).rejects.toMatchObject({ code: 'not_found', retryable: false });
  });

  it('keeps what is sound of a group in which some fail, in one unbroken chain', async () => {
    const ledger = await freshLedger(kind);
    const answers = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) =>
        i % 3 === 0
          ? ledger.log.append(incidentId(1_000), [recorded('a', { type: 'contained' })])
          : ledger.log.admit(admission(i)),
      ),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(40);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 40, incidents: 40 });
  });

  it('refuses what has no canonical form, and nothing of it stays', async () => {
    const ledger = await freshLedger(kind);
    const { incident } = await ledger.log.admit(admission(1));
    const events = [
      recorded('a', { type: 'contained' }),
      recorded('b', { type: 'alert', message: '\ud800' }),
    ];
    const append = ledger.log.append(incident.id, events);
    await expect(append).rejects.toMatchObject({ code: 'not_canonical' });
    expect(await ledger.register.incident(incident.id)).toEqual(incident);
    expect((await ledger.register.head())?.seq).toBe(1);
  });

  it('notes what is about no incident, once per key', async () => {
    const ledger = await freshLedger(kind);
    const note = { at: AT, actor: 'ada', type: 'policy_in_force' };
    await ledger.log.note({ ...note, key: 'p1', body: { digest: 'one' } });
    await ledger.log.note({ ...note, key: 'p2', body: { digest: 'two' } });
    await ledger.log.note({ ...note, key: 'p1', body: { digest: 'three' } });
    const latest = await ledger.register.latestNote('policy_in_force');
    expect(latest).toMatchObject({ seq: 2, incident_id: '', body: { digest: 'two' } });
    expect(await ledger.register.latestNote('principal_added')).toBeNull();
  });

  it('refuses writes after it was closed, and finishes those before', async () => {
    const ledger = await freshLedger(kind);
    const before = ledger.log.admit(admission(1));
    const closed = ledger.close();
    const after = ledger.log.admit(admission(2));
    await expect(after).rejects.toMatchObject({ code: 'ledger_unavailable' });
    expect((await before).repeated).toBe(false);
    await closed;
  });
});
