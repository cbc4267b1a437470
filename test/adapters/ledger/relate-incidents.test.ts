import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { AT, incidentId } from '../../support/admissions.ts';
import { alertDesk } from '../../support/alert-desk.ts';
import { alertAdmission, causedAlert } from '../../support/alerts.ts';
import { LEDGER_KINDS } from '../../support/ledgers.ts';

describe.each(LEDGER_KINDS)('alerts whose incidents people relate, on $name,', (kind) => {
  const desk = () => alertDesk(kind);
  const JOINED = { outcome: 'observation', incident_id: incidentId(1) };
  const BY = { key: 'merge/1', at: AT, by: 'ada', reason: 'the same intruder' };

  it('join the one that theirs was merged into, counted to the last one', async () => {
    const { ledger, bring, see } = await desk();
    const other = { subject: { host: 'host-4' } };
    await see({ identity: 1 });
    await bring(
      Array.from({ length: 150 }, (_, at) => alertAdmission({ identity: 100 + at, ...other })),
    );
    await ledger.alerts.merge(incidentId(100), incidentId(1), BY);
    expect(await see({ identity: 9, ...other })).toEqual(JOINED);
    const [one, into] = await Promise.all(
      [100, 1].map((number) => ledger.register.incident(incidentId(number))),
    );
    expect(one?.observations?.count).toBe(149);
    expect(one?.related).toEqual([{ incident_id: incidentId(1), as: 'merged_into' }]);
    expect(into?.related).toEqual([{ incident_id: incidentId(100), as: 'merged_from' }]);
    await ledger.alerts.merge(incidentId(100), incidentId(1), BY);
    expect((await ledger.register.incident(incidentId(1)))?.related).toHaveLength(1);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('are refused to go from a graver incident into a lesser one', async () => {
    const { ledger, see } = await desk();
    await see({ identity: 1 });
    await see({ identity: 2, severity: 'critical' });
    const merging = ledger.alerts.merge(incidentId(2), incidentId(1), BY);
    await expect(merging).rejects.toMatchObject({ code: 'lesser_incident' });
    const unknown = ledger.alerts.merge(incidentId(2), incidentId(77), BY);
    await expect(unknown).rejects.toMatchObject({ code: 'incident_not_found' });
  });

  it('are split off by one alert, with what is like it from then on', async () => {
    const { ledger, see } = await desk();
    const fleet = (identity: number, host: string) =>
      see({ identity, subject: { host }, fanIn: true });
    await fleet(1, 'host-1');
    await fleet(2, 'host-2');
    const { alerts } = await ledger.alerts.list({ incident_id: incidentId(1), limit: 9 });
    const identity = alerts.find(({ outcome }) => outcome === 'observation')?.identity ?? '';
    expect(await ledger.alerts.keptReport(incidentId(1), identity.slice(0, 12))).toMatchObject({
      report: { subject: { host: 'host-2' } },
    });
    const alert = causedAlert({ identity: 50, subject: { host: 'host-2' }, fanIn: true });
    const opens = () => ({ ...alert.opens(), idempotency_key: BY.key });
    const split = () => ledger.alerts.split(incidentId(1), identity, { ...alert, opens }, BY);
    expect(await split()).toMatchObject({
      id: incidentId(50),
      related: [{ incident_id: incidentId(1), as: 'split_from' }],
    });
    expect(await split()).toMatchObject({ id: incidentId(50) });
    expect(await fleet(3, 'host-2')).toMatchObject({ incident_id: incidentId(50) });
    expect(await fleet(4, 'host-1')).toEqual(JOINED);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });
});
