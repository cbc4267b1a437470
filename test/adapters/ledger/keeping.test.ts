import { describe, expect, it } from 'vitest';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import { admission, incidentId, recorded } from '../../support/admissions.ts';
import { ada, captured, day, DAY_MS, instant, refOf } from '../../support/keeping.ts';
import { LEDGER_KINDS, type LedgerKind } from '../../support/ledgers.ts';

const LOGS = refOf('logs');
const MEMORY = refOf('memory');

async function withIncidents(kind: LedgerKind, incidents = 2) {
  const place = await kind.place();
  const ledger = await place.open();
  for (let n = 1; n <= incidents; n += 1) await ledger.log.admit(admission(n));
  return { place, ledger };
}

const untilOf = async (ledger: OpenLedger, { sha256 }: { sha256: string }) =>
  (await ledger.keeping.object(sha256))?.until_ms;

describe.each(LEDGER_KINDS)('what is kept, by $name', (kind) => {
  it('is what was captured, with its manifest, each until its own date', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS, memory: MEMORY });
    const objects = await ledger.keeping.of(incidentId(1));
    const dates = Object.fromEntries(objects.map(({ sha256, until_ms }) => [sha256, until_ms]));
    expect(dates).toMatchObject({ [LOGS.sha256]: day(90), [MEMORY.sha256]: day(30) });
    expect(objects).toHaveLength(3);
    expect(Object.values(dates)).toContain(null);
    expect(objects.every(({ state, held }) => state === 'kept' && !held)).toBe(true);
  });

  it('is a time stamp as well, for ever', async () => {
    const { ledger } = await withIncidents(kind);
    const token = refOf('token', 'application/timestamp-reply');
    const said = { manifest: LOGS.sha256, token, time: instant(day(0)), authority: 'CN=tsa' };
    const event = { type: 'timestamped', ...said } as const;
    await ledger.log.append(incidentId(1), [recorded('timestamped', event)]);
    expect(await ledger.keeping.of(incidentId(1))).toMatchObject([{ ...token, until_ms: null }]);
  });

  it('is kept until the latest date of all that name it', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { memory: LOGS });
    expect(await untilOf(ledger, LOGS)).toBe(day(30));
    await captured(ledger, 2, { logs: LOGS });
    expect(await untilOf(ledger, LOGS)).toBe(day(90));
    await captured(ledger, 2, { memory: LOGS });
    expect(await untilOf(ledger, LOGS)).toBe(day(90));
    await captured(ledger, 1, { logs: LOGS }, null);
    expect(await untilOf(ledger, LOGS)).toBeNull();
  });

  it('is the same when it is projected from the beginning', async () => {
    const { ledger, place } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS, memory: MEMORY });
    await captured(ledger, 2, { logs: LOGS });
    await ledger.keeping.extend(incidentId(1), day(40), ada());
    await ledger.keeping.hold(incidentId(2), ada());
    const tombstone = refOf('tombstone', 'application/vnd.dsse+json');
    const mark = { sha256: MEMORY.sha256, until_ms: day(40), tombstone };
    await ledger.expiry.mark([mark], day(41), ada());
    const both = () => Promise.all([1, 2].map((n) => ledger.keeping.of(incidentId(n))));
    const before = await both();
    expect(before[0]?.map(({ state }) => state)).toContain('marked');
    await place.meddle(
      'delete from kept_objects',
      'delete from kept_by',
      'delete from kept_incidents',
      "delete from followers where name = 'kept objects'",
    );
    expect(await both()).toEqual(before);
  });

  it('is projected once by two processes', async () => {
    const { ledger, place } = await withIncidents(kind);
    const other = await place.open();
    await captured(ledger, 1, { logs: LOGS });
    const ask = (of: OpenLedger) => of.keeping.of(incidentId(1));
    const answers = await Promise.all([ledger, other, ledger, other].map(ask));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe.each(LEDGER_KINDS)('an extension, by $name', (kind) => {
  it('keeps everything of the incident longer, and is on the record', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS, memory: MEMORY });
    await ledger.keeping.extend(incidentId(1), day(400), ada('the court'));
    expect(await untilOf(ledger, LOGS)).toBe(day(400));
    expect(await untilOf(ledger, MEMORY)).toBe(day(400));
    const [last] = (await ledger.register.timeline(incidentId(1))).toReversed();
    expect(last).toMatchObject({
      type: 'custody',
      actor: 'ada',
      body: { touch: 'extension', until: instant(day(400)), why: 'the court' },
    });
  });

  it('reaches what is captured later', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS });
    await ledger.keeping.extend(incidentId(1), day(400), ada());
    await captured(ledger, 1, { memory: MEMORY });
    expect(await untilOf(ledger, MEMORY)).toBe(day(400));
  });

  it('leaves alone what is kept longer anyway', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS, memory: MEMORY });
    await ledger.keeping.extend(incidentId(1), day(60), ada());
    expect(await untilOf(ledger, LOGS)).toBe(day(90));
    expect(await untilOf(ledger, MEMORY)).toBe(day(60));
  });

  it('is refused where it would cut the time short, and leaves no trace', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS, memory: MEMORY });
    const { seq } = (await ledger.register.head()) ?? { seq: 0 };
    await expect(ledger.keeping.extend(incidentId(1), day(30), ada())).rejects.toMatchObject({
      code: 'retention_only_extends',
    });
    expect((await ledger.register.head())?.seq).toBe(seq);
  });

  it('is one under one key, however often it is sent', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS });
    for (let time = 0; time < 3; time += 1) {
      await ledger.keeping.extend(incidentId(1), day(100), ada('', 'custody/one'));
    }
    const touches = (await ledger.register.timeline(incidentId(1))).filter(
      ({ type }) => type === 'custody',
    );
    expect(touches).toHaveLength(1);
  });
});

describe.each(LEDGER_KINDS)('a legal hold, by $name', (kind) => {
  it('holds what is there and what comes, until it is released by a record of its own', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS });
    await ledger.keeping.hold(incidentId(1), ada('litigation'));
    await captured(ledger, 1, { memory: MEMORY });
    const held = async () => (await ledger.keeping.of(incidentId(1))).map((object) => object.held);
    expect(await held()).not.toContain(false);
    await ledger.keeping.hold(incidentId(1), ada('again'));
    await ledger.keeping.releaseHold(incidentId(1), ada('settled'));
    expect(await held()).not.toContain(true);
    const bodies = (await ledger.register.timeline(incidentId(1))).flatMap(({ type, body }) =>
      type === 'custody' ? [[body['touch'], body['why']]] : [],
    );
    expect(bodies).toEqual([
      ['hold', 'litigation'],
      ['hold_released', 'settled'],
    ]);
  });

  it('holds an object that another incident lets go of', async () => {
    const { ledger } = await withIncidents(kind);
    await captured(ledger, 1, { logs: LOGS });
    await captured(ledger, 2, { logs: LOGS });
    for (const n of [1, 2]) await ledger.keeping.hold(incidentId(n), ada());
    await ledger.keeping.releaseHold(incidentId(1), ada());
    expect(await ledger.keeping.object(LOGS.sha256)).toMatchObject({ held: true });
    await ledger.keeping.releaseHold(incidentId(2), ada());
    expect(await ledger.keeping.object(LOGS.sha256)).toMatchObject({ held: false });
  });
});

describe.each(LEDGER_KINDS)('the custody clock, by $name', (kind) => {
  const reading = (days: number, boot_id = 'a') => {
    return { boot_id, wall_ms: day(days), boottime_ms: days * DAY_MS };
  };

  it('begins no later than the last entry, and is remembered', async () => {
    const { ledger, place } = await withIncidents(kind);
    expect(await ledger.custodyClock.read()).toBeNull();
    expect(await ledger.custodyClock.advance(reading(91))).toMatchObject({ trusted_ms: day(0) });
    const other = await place.open();
    await other.custodyClock.advance(reading(92));
    expect(await ledger.custodyClock.read()).toMatchObject({ trusted_ms: day(1) });
  });

  it('counts a day once that two processes of two machines have counted at once', async () => {
    const { ledger, place } = await withIncidents(kind);
    const other = await place.open();
    await ledger.custodyClock.advance(reading(0, 'a'));
    await other.custodyClock.advance(reading(0, 'b'));
    await Promise.all([
      ledger.custodyClock.advance(reading(1, 'a')),
      other.custodyClock.advance(reading(1, 'b')),
      ledger.custodyClock.advance(reading(1, 'a')),
    ]);
    expect(await ledger.custodyClock.read()).toMatchObject({ trusted_ms: day(1) });
  });
});
