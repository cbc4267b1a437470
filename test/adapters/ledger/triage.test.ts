import { describe, expect, it } from 'vitest';
import { IDENTITIES_KEPT_MS } from '../../../src/adapters/ledger/tidy-alerts.ts';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { AT_MS, freeze, incidentId, recorded } from '../../support/admissions.ts';
import { alertAdmission, causedAlert, delivery, MINUTE, setAside } from '../../support/alerts.ts';
import { alertDesk } from '../../support/alert-desk.ts';
import { LEDGER_KINDS } from '../../support/ledgers.ts';
import { triaged } from '../../support/triaged.ts';

const SECOND = 1_000;

describe.each(LEDGER_KINDS)('triaged alerts in the ledger on $name', (kind) => {
  const desk = () => alertDesk(kind);
  const outcomes = (admitted: { outcome: string }[]) => admitted.map(({ outcome }) => outcome);

  it('are logged one by one; the third within the time opens an incident that the others join', async () => {
    const { ledger, bring } = await desk();
    expect(outcomes(await bring([triaged(1), triaged(2, AT_MS + 20 * SECOND)]))).toEqual([
      'logged',
      'logged',
    ]);
    const [third] = await bring([triaged(3, AT_MS + 59 * SECOND)]);
    expect(third).toMatchObject({ outcome: 'incident', incident_id: incidentId(3) });
    const incident = await ledger.register.incident(incidentId(3));
    expect(incident?.observations).toMatchObject({
      count: 2,
      first_at: new Date(AT_MS).toISOString(),
    });
    const { alerts } = await ledger.alerts.list({ incident_id: incidentId(3), limit: 9 });
    expect(outcomes(alerts).toSorted()).toEqual(['incident', 'observation', 'observation']);
    const types = (await ledger.register.timeline(incidentId(3))).map(({ type }) => type);
    expect(types).toEqual(['reported', 'observed', 'observed']);
    expect(await ledger.alerts.keptReport(incidentId(3), alerts[0]?.identity ?? '')).not.toBeNull();
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('are no burst a minute apart, of another subject, or come again', async () => {
    const { bring } = await desk();
    await bring([triaged(1), triaged(2, AT_MS + 30 * SECOND)]);
    const apart = triaged(3, AT_MS + 60 * SECOND);
    const other = triaged(4, AT_MS, { counter: 'another' });
    const again = triaged(2, AT_MS + 30 * SECOND);
    expect(outcomes(await bring([apart, other, again, again]))).toEqual([
      'logged',
      'logged',
      'repeat',
      'repeat',
    ]);
    expect(outcomes(await bring([triaged(5, AT_MS + 45 * SECOND)]))).toEqual(['incident']);
  });

  it('are one burst whichever of them comes last', async () => {
    const { ledger, bring } = await desk();
    await bring([triaged(1, AT_MS + 40 * SECOND)]);
    await bring([triaged(2, AT_MS + 80 * SECOND)]);
    await bring([triaged(3, AT_MS)]);
    expect(outcomes(await bring([triaged(4, AT_MS + 50 * SECOND)]))).toEqual(['incident']);
    const { alerts } = await ledger.alerts.list({ incident_id: incidentId(4), limit: 9 });
    expect(alerts).toHaveLength(4);
  });

  it('are counted when a rule is about them that was not when they first came', async () => {
    const { bring } = await desk();
    await bring([setAside(1), triaged(2), triaged(3)]);
    expect(outcomes(await bring([triaged(1)]))).toEqual(['incident']);
  });

  it('are of a quarantined subject only while that is held and was measured', async () => {
    const { ledger, bring } = await desk();
    const hold = freeze('host-3');
    const ask = async (identity: number) => {
      const asked = triaged(identity, AT_MS + identity * 10 * MINUTE, {
        quarantinedBy: hold.resource,
      });
      return outcomes(await bring([asked]));
    };
    await bring([alertAdmission({ identity: 90 })]);
    expect(await ask(1)).toEqual(['logged']);
    const measured = { status: 'contained', reason: 'ok', detail: '' } as const;
    const result = { action: hold.action, target: hold.target, ...measured };
    await ledger.log.append(incidentId(90), [recorded('held', { type: 'action', result })]);
    expect(await ask(2)).toEqual(['incident']);
    await ledger.log.append(incidentId(90), [
      recorded('over', { type: 'resolved', by: 'ada', note: '' }),
    ]);
    expect(await ask(3)).toEqual(['logged']);
  });

  it('are counted to the last one in a flood, of which few rows stay', async () => {
    const place = await kind.place();
    const ledger = await place.open();
    const flood = Array.from({ length: 400 }, (_, at) => triaged(at + 1, AT_MS + at * 100));
    await ledger.alerts.admit(delivery(), flood);
    await ledger.alerts.settle(AT_MS + MINUTE);
    expect((await ledger.register.incident(incidentId(3)))?.observations?.count).toBe(399);
    expect(outcomes(await ledger.alerts.admit(delivery(), flood))).not.toContain('logged');
    // Of at most three cells of half a minute, the first three and the last three: else the check fails.
    await place.meddle('create table few (n integer check (n <= 18))');
    await place.meddle('insert into few select count(*) from triaged_alerts');
    await ledger.alerts.tidy(AT_MS + 2 * IDENTITIES_KEPT_MS);
    expect(outcomes(await ledger.alerts.admit(delivery(9), [triaged(999, AT_MS)]))).toEqual([
      'logged',
    ]);
  });

  it('are one burst when two servers are told of it at the same moment, and after a restart', async () => {
    const place = await kind.place();
    const [one, other] = [await place.open(), await place.open()];
    const admitted = await Promise.all(
      Array.from({ length: 12 }, (_, at) => {
        const server = at % 2 === 0 ? one : other;
        return server.alerts.admit(delivery(at), [triaged(at + 1, AT_MS + at)]);
      }),
    );
    const came = outcomes(admitted.flat());
    expect(came.filter((outcome) => outcome === 'incident')).toHaveLength(1);
    expect(came.filter((outcome) => outcome === 'logged')).toHaveLength(2);
    const again = await (await place.open()).alerts.admit(delivery(20), [triaged(20, AT_MS + 9)]);
    expect(outcomes(again)).toEqual(['observation']);
    const { alerts } = await one.alerts.list({ outcome: 'logged', limit: 9 });
    expect(alerts).toEqual([]);
  });

  it('take nothing from those that no tree is asked about', async () => {
    const { bring } = await desk();
    const [plain] = await bring([alertAdmission({ identity: 1 })]);
    expect(plain).toEqual({ outcome: 'incident', incident_id: incidentId(1) });
    expect('decide' in causedAlert()).toBe(false);
  });
});
