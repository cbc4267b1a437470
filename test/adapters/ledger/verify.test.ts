import { describe, expect, it } from 'vitest';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { admission, AT, incidentId, recorded } from '../../support/admissions.ts';
import { LEDGER_KINDS, type LedgerKind } from '../../support/ledgers.ts';

/** Seven entries: two incidents, one of them with five entries, and a note. */
async function written(kind: LedgerKind) {
  const place = await kind.place();
  const ledger = await place.open();
  await ledger.log.admit(admission(1, { latched: true }));
  await ledger.log.admit(admission(2));
  await ledger.log.append(incidentId(1), [
    recorded('a', { type: 'alert', message: 'one' }),
    recorded('b', { type: 'contained' }),
    recorded('c', { type: 'alert', message: 'two' }),
    recorded('d', { type: 'alert', message: 'three' }),
  ]);
  await ledger.log.note({ key: 'n', at: AT, actor: 'ada', type: 'note', body: {} });
  return { place, ledger };
}

const OTHER_HASH = 'f'.repeat(64);
const SWAP_5 = 'update entries set seq = 3 where seq = 5';
const SWAP_3 = 'update entries set seq = 5 where seq = 90';

describe.each(LEDGER_KINDS)('verifying a ledger on $name', (kind) => {
  it('finds nothing wrong with what was written', async () => {
    const { ledger } = await written(kind);
    const head = await ledger.register.head();
    expect(await verifyLedger(ledger)).toEqual({ valid: true, count: 7, incidents: 2, head });
  });

  it('finds nothing wrong with an empty one', async () => {
    const ledger = await (await kind.place()).open();
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 0, incidents: 0 });
  });

  it.each([
    ['incident_id', `'${incidentId(2)}'`],
    ['key', `'other'`],
    ['at', `'2026-01-02T03:04:06.000Z'`],
    ['actor', `'mallory'`],
    ['type', `'alarm'`],
    ['body', `'{"message":"none"}'`],
    ['body', `'{"message":"two"'`],
    ['body', `'[]'`],
    ['prev_hash', `'${OTHER_HASH}'`],
    ['hash', `'${OTHER_HASH}'`],
  ])('finds a changed %s (%s) and says where', async (column, value) => {
    const { place, ledger } = await written(kind);
    await place.meddle(`update entries set ${column} = ${value} where seq = 5`);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: false, count: 4, at_seq: 5 });
  });

  it.each([
    ['removed', ['delete from entries where seq = 3'], 3],
    ['removed', ['delete from entries where seq = 1'], 1],
    ['reordered', ['update entries set seq = 90 where seq = 3', SWAP_5, SWAP_3], 3],
    ['inserted', ['update entries set seq = 0 where seq = 3'], 1],
  ])('finds a %s entry: %j', async (_, statements, atSeq) => {
    const { place, ledger } = await written(kind);
    await place.meddle(...statements);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: false, at_seq: atSeq });
  });

  it('finds a cut tail by a checkpoint, and by the register where that still knows it', async () => {
    const { place, ledger } = await written(kind);
    const checkpoint = (await ledger.register.head()) ?? { seq: 0, hash: '' };
    await place.meddle('delete from entries where seq = 7');
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
    expect(await verifyLedger(ledger, { checkpoints: [checkpoint] })).toMatchObject({
      valid: false,
      reason: 'removed',
      at_seq: 7,
    });
    await place.meddle('delete from entries where seq > 3');
    expect(await verifyLedger(ledger)).toMatchObject({
      valid: false,
      reason: 'register_changed',
      incident_id: incidentId(1),
    });
  });

  it.each([
    ['class', `'other'`],
    ['severity', `'low'`],
    ['severity_rank', '0'],
    ['state', `'resolved'`],
    ['auto_contain', '0'],
    ['resolved', '1'],
    ['recovery_pending', '0'],
    ['created_at', `'2025-01-02T03:04:05.000Z'`],
    ['record', `replace(record, '"acked_at":""', '"acked_at":"${AT}"')`],
    ['record', `'{'`],
  ])('finds a register row with another %s (%s)', async (column, value) => {
    const { place, ledger } = await written(kind);
    await place.meddle(`update incidents set ${column} = ${value} where id = '${incidentId(1)}'`);
    const report = await verifyLedger(ledger);
    expect(report).toMatchObject({ reason: 'register_changed', incident_id: incidentId(1) });
    expect(report).toHaveProperty('detail', expect.stringContaining(`"${column}"`));
  });

  it('finds a register row that is missing, and one that no entry tells of', async () => {
    const { place, ledger } = await written(kind);
    await place.meddle(
      `update incidents set id = '${incidentId(3)}' where id = '${incidentId(2)}'`,
    );
    expect(await verifyLedger(ledger)).toMatchObject({ reason: 'register_missing' });
    await place.meddle(
      `insert into incidents select '${incidentId(2)}', class, severity, severity_rank, state,
       auto_contain, resolved, recovery_pending, created_at, record
       from incidents where id = '${incidentId(3)}'`,
    );
    expect(await verifyLedger(ledger)).toMatchObject({
      reason: 'register_inserted',
      incident_id: incidentId(3),
    });
  });

  it('finds nothing wrong while others write', async () => {
    const { ledger } = await written(kind);
    const writing = Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await ledger.log.admit(admission(i + 10));
        await ledger.log.append(incidentId(1), [
          recorded(`more-${i}`, { type: 'alert', message: 'more' }),
        ]);
      }),
    );
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
    await writing;
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, incidents: 102 });
  });
});
