import { describe, expect, it } from 'vitest';
import { MOST_TOLD_SINGLY } from '../../../src/adapters/ledger/observe.ts';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { MOST_FURTHER_SUBJECTS } from '../../../src/domain/further.ts';
import { AT_MS, incidentId, recorded } from '../../support/admissions.ts';
import { alertAdmission, delivery, MINUTE, setAside } from '../../support/alerts.ts';
import { alertDesk } from '../../support/alert-desk.ts';
import { LEDGER_KINDS } from '../../support/ledgers.ts';

describe.each(LEDGER_KINDS)('alerts in the ledger on $name', (kind) => {
  const desk = () => alertDesk(kind);
  const OPENED = { outcome: 'incident', incident_id: incidentId(1) };
  const JOINED = { outcome: 'observation', incident_id: incidentId(1) };

  it('count once, in whichever call and how often they come', async () => {
    const { ledger, bring } = await desk();
    const first = alertAdmission({ identity: 1 });
    expect(await bring([first, first])).toEqual([OPENED, { ...OPENED, outcome: 'repeat' }]);
    expect(await bring([first])).toEqual([{ ...OPENED, outcome: 'repeat' }]);
    expect(await ledger.register.incident(incidentId(1))).toMatchObject({ observations: null });
    const counts = await ledger.alerts.counts();
    expect(counts.map(({ outcome, count }) => [outcome, count])).toEqual([
      ['incident', 1],
      ['repeat', 2],
    ]);
  });

  it('that were set aside are reports as soon as a rule is about them', async () => {
    const { ledger, bring } = await desk();
    await bring([setAside(1)]);
    expect(await bring([setAside(1)])).toEqual([{ outcome: 'repeat', incident_id: '' }]);
    expect(await bring([alertAdmission({ identity: 1 })])).toEqual([OPENED]);
    expect(await bring([alertAdmission({ identity: 1 })])).toMatchObject([{ outcome: 'repeat' }]);
    const { alerts } = await ledger.alerts.list({ limit: 9 });
    expect(alerts).toMatchObject([{ outcome: 'incident', incident_id: incidentId(1) }]);
  });

  it('that say two things under one identity in one call are what the later of them says', async () => {
    const { ledger, bring } = await desk();
    expect(await bring([setAside(1), alertAdmission({ identity: 1 })])).toEqual([
      { outcome: 'unmatched', incident_id: '' },
      OPENED,
    ]);
    const { alerts } = await ledger.alerts.list({ limit: 9 });
    expect(alerts).toMatchObject([{ outcome: 'incident', incident_id: incidentId(1) }]);
  });

  it('that have neither an id nor a time are others when the same is said much later', async () => {
    const { ledger, bring } = await desk();
    const said = alertAdmission({ identity: 1, timeless: true, windowMs: 3 * 60 * MINUTE });
    await bring([said]);
    expect(await bring([said], AT_MS + 59 * MINUTE)).toMatchObject([{ outcome: 'repeat' }]);
    expect(await bring([said], AT_MS + 61 * MINUTE)).toEqual([JOINED]);
    expect(await bring([said], AT_MS + 130 * MINUTE)).toEqual([JOINED]);
    const incident = await ledger.register.incident(incidentId(1));
    expect(incident?.observations?.count).toBe(2);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('of one cause are one incident and its observations, each with an entry', async () => {
    const { ledger, see } = await desk();
    expect(await see({ identity: 1 })).toEqual(OPENED);
    expect(await see({ identity: 2, atMs: AT_MS + MINUTE })).toEqual(JOINED);
    expect(await see({ identity: 3, atMs: AT_MS - MINUTE })).toEqual(JOINED);
    const incident = await ledger.register.incident(incidentId(1));
    expect(incident?.observations).toMatchObject({
      count: 2,
      aggregated: 0,
      first_at: new Date(AT_MS - MINUTE).toISOString(),
      last_at: new Date(AT_MS + MINUTE).toISOString(),
    });
    const types = (await ledger.register.timeline(incidentId(1))).map(({ type }) => type);
    expect(types).toEqual(['reported', 'observed', 'observed']);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('of another cause, further apart than the window, or after the resolution, are another incident', async () => {
    const { ledger, see } = await desk();
    await see({ identity: 1 });
    expect(await see({ identity: 2, subject: { host: 'host-4' } })).toMatchObject({
      outcome: 'incident',
    });
    expect(await see({ identity: 3, atMs: AT_MS + 11 * MINUTE })).toMatchObject({
      incident_id: incidentId(3),
    });
    // In the window of the older incident of the two that handle the cause.
    expect(await see({ identity: 4, atMs: AT_MS - MINUTE })).toEqual(JOINED);
    await ledger.log.append(incidentId(1), [
      recorded('over', { type: 'resolved', by: 'ada', note: '' }),
    ]);
    expect(await see({ identity: 5, atMs: AT_MS - 2 * MINUTE })).toMatchObject({
      outcome: 'incident',
      incident_id: incidentId(5),
    });
  });

  it('keep one incident open for as long as they come within the window of the last', async () => {
    const { see } = await desk();
    await see({ identity: 1 });
    for (const step of [1, 2, 3]) {
      expect(await see({ identity: 1 + step, atMs: AT_MS + step * 9 * MINUTE })).toEqual(JOINED);
    }
  });

  it('raise the severity, but what is critical or latched never joins what is not', async () => {
    const { ledger, see } = await desk();
    await see({ identity: 1, severity: 'medium' });
    expect(await see({ identity: 2, severity: 'high' })).toEqual(JOINED);
    expect(await see({ identity: 3, severity: 'high' })).toEqual(JOINED);
    const observed = (await ledger.register.timeline(incidentId(1))).slice(1);
    expect(observed.map(({ body }) => 'raises' in body)).toEqual([true, false]);
    expect(await see({ identity: 4, severity: 'critical' })).toMatchObject({ outcome: 'incident' });
    expect(await see({ identity: 5, severity: 'critical' })).toMatchObject({
      outcome: 'observation',
      incident_id: incidentId(4),
    });
    const latched = { class: 'manifest_mismatch' };
    await see({ identity: 6, ...latched });
    expect(await see({ identity: 7, ...latched, latched: true })).toMatchObject({
      outcome: 'incident',
      incident_id: incidentId(7),
    });
  });

  it('about many subjects of one fault are one incident, each subject told once', async () => {
    const { ledger, see } = await desk();
    const fleet = (identity: number, host: string) =>
      see({ identity, subject: { host }, fanIn: true });
    await fleet(1, 'host-1');
    expect(await fleet(2, 'host-2')).toMatchObject({
      ...JOINED,
      widens: { subject: { host: 'host-2' } },
    });
    expect(await fleet(3, 'host-2')).toEqual(JOINED);
    expect(await fleet(4, 'host-1')).toEqual(JOINED);
    const observed = (await ledger.register.timeline(incidentId(1))).slice(1);
    expect(observed.map(({ body }) => 'widens' in body)).toEqual([true, false, false]);
  });

  it('about more subjects than one incident holds begin the next one', async () => {
    const { bring } = await desk();
    const fleet = Array.from({ length: MOST_FURTHER_SUBJECTS + 3 }, (_, at) =>
      alertAdmission({ identity: at + 1, subject: { host: `host-${at}` }, fanIn: true }),
    );
    const admitted = await bring(fleet);
    expect(admitted.filter(({ outcome }) => outcome === 'incident')).toHaveLength(2);
    expect(admitted.at(-1)).toMatchObject({
      outcome: 'observation',
      incident_id: incidentId(MOST_FURTHER_SUBJECTS + 2),
    });
  });

  it('about a subject of another host stay apart where the host must prove itself', async () => {
    const { see } = await desk();
    const fleet = (identity: number, subject: object) =>
      see({ identity, subject, fanIn: true, latched: true });
    await fleet(1, { host: 'host-1', agent: 'a' });
    expect(await fleet(2, { host: 'host-1', agent: 'b' })).toMatchObject(JOINED);
    expect(await fleet(3, { host: 'host-2', agent: 'c' })).toMatchObject({ outcome: 'incident' });
  });

  it('in a flood are counted to the last one, while entries, listed alerts and bytes stay few', async () => {
    const { ledger, bring } = await desk();
    const MANY = 3_000;
    const counted = { threshold: 5, window_ms: MINUTE };
    const flood = Array.from({ length: MANY }, (_, at) =>
      alertAdmission({ identity: at + 1, atMs: AT_MS + at, counted }),
    );
    await bring(flood);
    await ledger.alerts.settle(AT_MS + MINUTE);
    const incident = await ledger.register.incident(incidentId(1));
    expect(incident?.observations).toMatchObject({
      count: MANY - 1,
      aggregated: MANY - 1 - MOST_TOLD_SINGLY,
      last_at: new Date(AT_MS + MANY - 1).toISOString(),
    });
    const entries = await ledger.register.timeline(incidentId(1));
    expect(entries.length).toBeLessThan(MOST_TOLD_SINGLY + 6);
    expect(JSON.stringify(entries).length).toBeLessThan(200_000);
    const { alerts } = await ledger.alerts.list({ incident_id: incidentId(1), limit: 1_000 });
    expect(alerts).toHaveLength(MOST_TOLD_SINGLY + 1);
    expect((await bring(flood)).every(({ outcome }) => outcome === 'repeat')).toBe(true);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('have one digest over all of a cause, however they were told', async () => {
    const tell = async (sizes: number[]) => {
      const { ledger, bring } = await desk();
      let identity = 0;
      for (const size of sizes) {
        await bring(
          Array.from({ length: size }, () => alertAdmission({ identity: (identity += 1) })),
        );
      }
      await ledger.alerts.settle(AT_MS + MINUTE);
      return (await ledger.register.incident(incidentId(1)))?.observations?.digest;
    };
    const whole = await tell([200]);
    expect(await tell([1, 150, 49])).toBe(whole);
    expect(await tell([199])).not.toBe(whole);
  });

  it('that are no report are listed and counted, newest first, page by page', async () => {
    const { ledger, bring } = await desk();
    await bring([setAside(1), setAside(2, 'health')]);
    await bring([setAside(3)], AT_MS + 1);
    const page = await ledger.alerts.list({ limit: 2 });
    expect(page.alerts.map(({ outcome }) => outcome)).toContain('unmatched');
    const rest = await ledger.alerts.list({ limit: 2, cursor: page.next });
    expect([...page.alerts, ...rest.alerts]).toHaveLength(3);
    expect(rest.next).toBe('');
    expect((await ledger.alerts.list({ outcome: 'health', limit: 9 })).alerts).toHaveLength(1);
    const [listed] = page.alerts;
    const kept = await ledger.alerts.delivery(delivery(2).sha256);
    expect(listed?.received_at).toBe(new Date(AT_MS + 1).toISOString());
    expect(Buffer.from(kept?.bytes ?? '').toString()).toBe('delivery 2');
    await expect(ledger.alerts.list({ limit: 2, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('are one incident when two servers are told of one cause at the same moment', async () => {
    const place = await kind.place();
    const [one, other] = [await place.open(), await place.open()];
    const admitted = await Promise.all(
      Array.from({ length: 20 }, (_, at) => {
        const server = at % 2 === 0 ? one : other;
        return server.alerts.admit(delivery(at), [alertAdmission({ identity: at + 1 })]);
      }),
    );
    const outcomes = admitted.flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'incident')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'observation')).toHaveLength(19);
  });
});
