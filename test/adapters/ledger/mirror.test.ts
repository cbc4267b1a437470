import { mkdir, readFile, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { MirrorLog } from '../../../src/adapters/ledger/mirror.ts';
import type { OpenLedger } from '../../../src/adapters/ledger/ledger.ts';
import { canonicalLine } from '../../../src/evidence/canonical.ts';
import { admission } from '../../support/admissions.ts';
import { LEDGER_KINDS, type LedgerPlace, SQLITE } from '../../support/ledgers.ts';

async function expected(ledger: OpenLedger): Promise<string> {
  const entries = await ledger.register.entriesAfter(0, 10_000);
  return Buffer.concat(entries.map(canonicalLine)).toString();
}

async function admitSome(ledger: OpenLedger, first: number, count = 5): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  await Promise.all(numbers.map((number) => ledger.log.admit(admission(number))));
}

function mirrorOf(place: LedgerPlace): string {
  return join(place.directory, 'audit.jsonl');
}

function content(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

describe.each(LEDGER_KINDS)('the mirror on $name', (kind) => {
  it('is the ledger, line by line, and complete when the ledger is closed', async () => {
    const place = await kind.place();
    const mirrorPath = mirrorOf(place);
    const ledger = await place.open({ mirrorPath });
    await admitSome(ledger, 0, 130);
    const lines = await expected(ledger);
    await ledger.close();
    expect(await content(mirrorPath)).toBe(lines);
  });

  it('follows while the ledger is open, also what another connection writes', async () => {
    const place = await kind.place();
    const mirrorPath = mirrorOf(place);
    const ledger = await place.open({ mirrorPath });
    const other = await place.open();
    await admitSome(ledger, 0);
    await vi.waitFor(async () => expect(await content(mirrorPath)).toBe(await expected(ledger)));
    await admitSome(other, 10);
    const whole = async () => expect(await content(mirrorPath)).toBe(await expected(ledger));
    await vi.waitFor(whole, { timeout: 5_000 });
  });

  it.each([
    ['lagged behind', async (path: string) => truncate(path, 0)],
    ['was removed', async (path: string) => rm(path)],
    ['was cut in the middle of a line', async (path: string) => truncate(path, 3_000)],
    ['was cut in the middle of its first line', async (path: string) => truncate(path, 10)],
  ])('is made whole when it %s', async (_, harm) => {
    const place = await kind.place();
    const mirrorPath = mirrorOf(place);
    const first = await place.open({ mirrorPath });
    await admitSome(first, 0);
    await first.close();
    await harm(mirrorPath);

    const second = await place.open({ mirrorPath });
    await admitSome(second, 10);
    await vi.waitFor(async () => expect(await content(mirrorPath)).toBe(await expected(second)));
  });

  it('has one writer', async () => {
    const place = await kind.place();
    const mirrorPath = mirrorOf(place);
    const ledgers = [await place.open({ mirrorPath }), await place.open({ mirrorPath })];
    await Promise.all(ledgers.map((ledger, i) => admitSome(ledger, i * 100, 40)));
    const reader = await place.open();
    const lines = await expected(reader);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    expect(await content(mirrorPath)).toBe(lines);
  });
});

describe('a failing mirror', () => {
  it('is logged once, blocks nothing, and heals', async () => {
    const place = await SQLITE.place();
    const mirrorPath = mirrorOf(place);
    await mkdir(mirrorPath);
    const log = { error: vi.fn<MirrorLog['error']>() };
    const ledger = await place.open({ mirrorPath, log });
    await admitSome(ledger, 0);
    await vi.waitFor(() => expect(log.error).toHaveBeenCalled());
    await admitSome(ledger, 10);
    await rmdir(mirrorPath);
    const whole = async () => expect(await content(mirrorPath)).toBe(await expected(ledger));
    await vi.waitFor(whole, { timeout: 5_000 });
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['no entry', 'mirror_unreadable', () => '{"seq":1}\n'],
    ['a foreign entry', 'mirror_diverged', (own: string) => own.replace(/"hash":"./, '"hash":"')],
  ])('never goes on after %s', async (_, code, forge) => {
    const place = await SQLITE.place();
    const mirrorPath = mirrorOf(place);
    const first = await place.open();
    await admitSome(first, 0, 1);
    const own = await expected(first);
    const hash = /(?<="hash":")./.exec(own)?.[0] === '0' ? '1' : '0';
    const forged = forge(own).replace(
      '"hash":"',
      `"hash":"${code === 'mirror_diverged' ? hash : ''}`,
    );
    await writeFile(mirrorPath, forged);

    const log = { error: vi.fn<MirrorLog['error']>() };
    const second = await place.open({ mirrorPath, log });
    await admitSome(second, 10);
    await vi.waitFor(() => expect(log.error).toHaveBeenCalled());
    expect(log.error.mock.calls[0]?.[0]).toMatchObject({ err: { code } });
    expect(await content(mirrorPath)).toBe(forged);
  });
});
