import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openLedger } from '../../../src/adapters/ledger/ledger.ts';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { admission, incidentId } from '../../support/admissions.ts';
import { LEDGER_KINDS, POSTGRES, SQLITE } from '../../support/ledgers.ts';

const UNAVAILABLE = { code: 'ledger_unavailable', retryable: true };
const refusalSchema = z.object({ done: z.int(), code: z.string() });
const outcomeSchema = z.object({
  reports: refusalSchema,
  probes: refusalSchema,
  readable: z.int(),
});

const FULL_DISK_WRITER = join(import.meta.dirname, '../../support/full-disk-writer.ts');

describe('a SQLite ledger', () => {
  it('refuses while another process keeps the lock, without standing still, and heals', async () => {
    const place = await SQLITE.place();
    const ledger = await place.open();
    const other = new DatabaseSync(join(place.directory, 'ledger.db'));
    onTestFinished(() => other.close());
    other.exec('begin immediate');
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();

    await expect(ledger.log.admit(admission(1))).rejects.toMatchObject(UNAVAILABLE);
    await expect(ledger.register.incident(incidentId(1))).resolves.toBeNull();

    delay.disable();
    // Its patience is two seconds; a busy machine alone makes a tenth of one.
    expect(delay.max / 1e6).toBeLessThan(500);
    other.exec('rollback');
    expect((await ledger.log.admit(admission(1))).repeated).toBe(false);
  });

  it('refuses when its disk is full, keeps what it acknowledged, and heals', async () => {
    const place = await SQLITE.place();
    const limited = `ulimit -f 1500; exec "$0" "$@"`;
    const args = ['-c', limited, process.execPath, FULL_DISK_WRITER, place.url];
    const { stdout } = await promisify(execFile)('sh', args);
    const { reports, probes, readable } = outcomeSchema.parse(JSON.parse(stdout));

    expect(reports).toEqual({ done: readable, code: 'ledger_unavailable' });
    expect(probes.code).toBe('ledger_unavailable');
    expect(readable).toBeGreaterThan(5);
    const ledger = await place.open();
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: readable });
    expect((await ledger.log.admit(admission(9_999))).repeated).toBe(false);
  });

  it.each(['a directory', 'not a database', 'below a file'])('refuses to open %s', async (what) => {
    const { directory } = await SQLITE.place();
    const file = join(directory, 'file');
    await writeFile(file, 'these bytes were never written by SQLite '.repeat(50));
    const path = { 'a directory': directory, 'below a file': join(file, 'ledger.db') }[what];
    const opening = openLedger({ url: `sqlite:${path ?? file}`, mirrorPath: '' });
    await expect(opening).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe.each(LEDGER_KINDS.filter((kind) => kind === POSTGRES))('a $name ledger', () => {
  it('refuses when its connections are cut, and heals by itself', async () => {
    const place = await POSTGRES.place();
    const ledger = await place.open();
    await ledger.log.admit(admission(0));
    const cut = place.meddle(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const answers = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => ledger.log.admit(admission(i + 1))),
    );
    await cut;
    const refused = answers.filter((answer) => answer.status === 'rejected');
    const acknowledged = answers.filter((answer) => answer.status === 'fulfilled');
    expect(refused.map(({ reason }) => ({ code: reason.code, retryable: true }))).toEqual(
      refused.map(() => UNAVAILABLE),
    );
    expect((await ledger.log.admit(admission(1_000))).repeated).toBe(false);
    const kept = acknowledged.map(({ value }) => ledger.register.incident(value.incident.id));
    expect(await Promise.all(kept)).toEqual(acknowledged.map(({ value }) => value.incident));
    expect(await verifyLedger(ledger)).toMatchObject({ valid: true });
  });

  it('refuses while another process keeps the turn to write', async () => {
    const place = await POSTGRES.place();
    const ledger = await place.open();
    const hold = place.meddle('begin', 'select id from turn for update', 'select pg_sleep(2.5)');
    await expect
      .poll(() => ledger.log.admit(admission(1)).catch((e: unknown) => e), {
        timeout: 4_000,
      })
      .toMatchObject(UNAVAILABLE);
    expect(await ledger.register.stats()).toBeTruthy();
    await hold;
    expect((await ledger.log.admit(admission(500))).repeated).toBe(false);
  });

  it('refuses to open a server that is not there', async () => {
    const opening = openLedger({ url: 'postgres://cordon@127.0.0.1:1/none', mirrorPath: '' });
    await expect(opening).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe('opening a ledger', () => {
  it.each([
    'mysql://host/database',
    'ledger.db',
    'postgres://host/database?sslmode=prefer',
    'postgres://user:hunter2@host/database?target=1',
  ])('refuses the URL %s and does not repeat it', async (url) => {
    const opening = openLedger({ url, mirrorPath: '' });
    await expect(opening).rejects.toMatchObject({ code: 'database_url_invalid', retryable: false });
    await expect(opening).rejects.not.toThrow('hunter2');
  });

  it.each(LEDGER_KINDS)('refuses one of a later version, on $name', async (kind) => {
    const place = await kind.place();
    await (await place.open()).close();
    await place.meddle(`insert into kysely_migration values ('9999_later', '2999-01-01')`);
    await expect(place.open()).rejects.toMatchObject({ code: 'ledger_schema', retryable: false });
  });

  it.each(LEDGER_KINDS)('goes on where it stopped, on $name', async (kind) => {
    const place = await kind.place();
    const first = await place.open();
    await first.log.admit(admission(1, { key: 'event-7' }));
    await first.close();
    const second = await place.open();
    expect((await second.log.admit(admission(2, { key: 'event-7' }))).repeated).toBe(true);
  });
});
