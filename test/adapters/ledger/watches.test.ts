import { describe, expect, it } from 'vitest';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import { admission, AT, AT_MS, incidentId, recorded } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

const HOUR_MS = 3_600_000;
const after = (hours: number) => new Date(AT_MS + hours * HOUR_MS).toISOString();
const UNTIL = after(24);
const [FIRST, SECOND] = [incidentId(1), incidentId(2)];

/** A ledger whose first incident is watched for a day. */
async function watching(ledger: OpenLedger): Promise<OpenLedger> {
  await ledger.log.admit(admission(1));
  await ledger.log.append(FIRST, [recorded('watch', { type: 'watch_began', until: UNTIL })]);
  return ledger;
}

const relatedOf = async ({ register }: OpenLedger, id: string) =>
  (await register.incident(id))?.related;

describe.each(LEDGER_KINDS)('the same again on $name', (kind) => {
  it('is linked to the incident that is watched, and that to it, once', async () => {
    const ledger = await watching(await freshLedger(kind));
    const again = admission(2, { at: after(1), key: 'once' });
    const { incident } = await ledger.log.admit(again);
    expect(incident.related).toEqual([{ incident_id: FIRST, as: 'reopened_from' }]);
    expect(await relatedOf(ledger, FIRST)).toEqual([{ incident_id: SECOND, as: 'reopened_as' }]);

    await ledger.log.admit(again);
    expect(await relatedOf(ledger, FIRST)).toHaveLength(1);
    const told = (await ledger.register.timeline(FIRST)).map(({ type }) => type);
    expect(told).toEqual(['reported', 'watch_began', 'reopened']);
  });

  it.each([
    ['of another class', { class: 'tool_call_burst' }],
    ['about something else', { subject: { host: 'host-4' } }],
    ['after the watch', { at: UNTIL }],
  ])('is not linked %s', async (_what, wishes) => {
    const ledger = await watching(await freshLedger(kind));
    await ledger.log.admit(admission(2, { at: AT, ...wishes }));
    expect(await relatedOf(ledger, SECOND)).toEqual([]);
    expect(await relatedOf(ledger, FIRST)).toEqual([]);
  });

  it('is not linked once the watch is over', async () => {
    const ledger = await watching(await freshLedger(kind));
    await ledger.log.append(FIRST, [recorded('over', { type: 'watch_over' })]);
    await ledger.log.admit(admission(2, { at: after(1) }));
    expect(await relatedOf(ledger, SECOND)).toEqual([]);
  });

  it('is linked only so often', async () => {
    const ledger = await watching(await freshLedger(kind));
    for (let number = 2; number <= 110; number += 1) {
      await ledger.log.admit(admission(number, { at: after(1) }));
    }
    expect(await relatedOf(ledger, FIRST)).toHaveLength(100);
    expect(await relatedOf(ledger, incidentId(110))).toEqual([]);
  });
});
