import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import type { Enrolment } from '../../../src/domain/enrolment.ts';
import { AT } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

const akName = (digit: string) => `000b${digit.repeat(64)}`;

function enrolment(host: string, digit: string): Omit<Enrolment, 'version'> {
  return {
    host,
    ak_public: 'AAEACw==',
    ak_name: akName(digit),
    ak_qualified_name: akName('e'),
    firmware_version: '0x0000000000000001',
    trust: 'operator-tofu',
    assurance: 'software',
    ek_root: '',
    ek_name: '',
    ek_certificate_sha256: '',
    approved_by: 'ada',
    enrolled_at: AT,
    note: 'compared by telephone',
  };
}

describe.each(LEDGER_KINDS)('enrolments on $name', (kind) => {
  it('are by host, each with its highest version in force', async () => {
    const { attestations } = await freshLedger(kind);
    expect(await attestations.enrolment('web-1')).toBeNull();
    await attestations.enrol(enrolment('web-2', 'a'), false);
    await attestations.enrol(enrolment('web-1', 'b'), false);
    const second = await attestations.enrol(enrolment('web-1', 'c'), true);
    expect(second).toEqual({ ...enrolment('web-1', 'c'), version: 2 });
    expect(await attestations.enrolment('web-1')).toEqual(second);
    const all = await attestations.enrolments();
    expect(all.map(({ host, version }) => [host, version])).toEqual([
      ['web-1', 2],
      ['web-2', 1],
    ]);
  });

  it('count past nine', async () => {
    const { attestations } = await freshLedger(kind);
    for (let n = 0; n < 11; n += 1) await attestations.enrol(enrolment('web-1', 'a'), true);
    expect(await attestations.enrolment('web-1')).toMatchObject({ version: 11 });
    expect(await attestations.enrolments()).toMatchObject([{ version: 11 }]);
  });

  it('refuse a host that is enrolled, unless it may be replaced', async () => {
    const ledger = await freshLedger(kind);
    await ledger.attestations.enrol(enrolment('web-1', 'a'), false);
    const again = ledger.attestations.enrol(enrolment('web-1', 'b'), false);
    await expect(again).rejects.toMatchObject({ code: 'already_enrolled', retryable: false });
    expect(await ledger.attestations.enrolments()).toMatchObject([{ ak_name: akName('a') }]);
    expect((await ledger.register.head())?.seq).toBe(1);
  });

  it('refuse a key that another host has or ever had, also where it may replace', async () => {
    const ledger = await freshLedger(kind);
    await ledger.attestations.enrol(enrolment('web-1', 'a'), false);
    await ledger.attestations.enrol(enrolment('web-1', 'b'), true);
    for (const digit of ['a', 'b']) {
      const theirs = ledger.attestations.enrol(enrolment('web-2', digit), true);
      await expect(theirs).rejects.toMatchObject({ code: 'ak_bound_elsewhere', retryable: false });
    }
    expect(await ledger.attestations.enrolment('web-2')).toBeNull();
    expect((await ledger.register.head())?.seq).toBe(2);
  });

  it('let a host come back to a key of its own', async () => {
    const { attestations } = await freshLedger(kind);
    for (const digit of ['a', 'b', 'a']) await attestations.enrol(enrolment('web-1', digit), true);
    expect(await attestations.enrolment('web-1')).toMatchObject({ ak_name: akName('a') });
  });

  it('let one of two that come at once win, over two connections', async () => {
    const place = await kind.place();
    const [one, two] = [await place.open(), await place.open()];
    const sameHost = await Promise.allSettled([
      one.attestations.enrol(enrolment('web-1', 'a'), false),
      two.attestations.enrol(enrolment('web-1', 'b'), false),
    ]);
    const sameKey = await Promise.allSettled([
      one.attestations.enrol(enrolment('web-2', 'c'), false),
      two.attestations.enrol(enrolment('web-3', 'c'), false),
    ]);
    for (const answers of [sameHost, sameKey]) {
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('are said in the chain, without the public area, for a host of any name', async () => {
    const ledger = await freshLedger(kind);
    const long = 'h'.repeat(253);
    await ledger.attestations.enrol(enrolment('web-1', 'a'), false);
    await ledger.attestations.enrol(enrolment(long, 'b'), false);
    await ledger.attestations.enrol(enrolment(long, 'b'), true);
    const [first, ...more] = await ledger.register.entriesAfter(0, 10);
    const { ak_public: _, ...said } = enrolment('web-1', 'a');
    expect(first).toMatchObject({ key: 'host_enrolled/web-1/1', at: AT, actor: 'ada' });
    expect(first?.body).toEqual({ ...said, version: 1 });
    expect(more.map(({ body }) => [body['host'], body['version']])).toEqual([
      [long, 1],
      [long, 2],
    ]);
    expect(await ledger.register.latestNote('host_enrolled')).toEqual(more[1]);
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 3 });
  });

  it('refuse a version that the chain knows and the table has lost', async () => {
    const place = await kind.place();
    const { attestations } = await place.open();
    await attestations.enrol(enrolment('web-1', 'a'), false);
    await place.meddle('delete from enrolments');
    const again = attestations.enrol(enrolment('web-1', 'b'), false);
    await expect(again).rejects.toMatchObject({ code: 'ledger_corrupt', retryable: false });
    expect(await attestations.enrolment('web-1')).toBeNull();
  });

  it('prove nothing when their row was meddled with', async () => {
    const place = await kind.place();
    const { attestations } = await place.open();
    await attestations.enrol(enrolment('web-1', 'a'), false);
    await place.meddle(`update enrolments set record = '{"host":"web-1","version":1}'`);
    await expect(attestations.enrolment('web-1')).rejects.toThrow(ZodError);
    await expect(attestations.enrolments()).rejects.toThrow(ZodError);
  });
});
