import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, linesIn, listening, scratch, spoolIn } from './scratch.ts';

const segmentsIn = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.seg'))
    .toSorted()
    .map((name) => join(directory, name));

describe('a spool', () => {
  it('gives back what was put into it, in order and numbered from 1', async () => {
    const spool = await spoolIn(scratch());
    expect(await spool.append(lines(['a', 'b']))).toBe(2);
    expect(
      await Promise.all([spool.append(lines(['c'])), spool.append(lines(['d', 'e']))]),
    ).toEqual([3, 5]);
    const records = await spool.read(1, { records: 3, bytes: 100 });
    expect(records.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(await linesIn(spool)).toEqual(['a', 'b', 'c', 'd', 'e']);
    await spool.close();
  });

  it('gives one record at least, however few bytes are asked for', async () => {
    const spool = await spoolIn(scratch());
    await spool.append(lines(['long enough', 'next']));
    expect(await spool.read(0, { records: 9, bytes: 3 })).toHaveLength(1);
    await spool.close();
  });

  it('is the same after it was opened again, with the positions of its sources', async () => {
    const directory = scratch();
    const before = await spoolIn(directory);
    await before.append(lines(['a'], 2));
    await before.append(lines([], 7));
    await before.close();
    const after = await spoolIn(directory);
    expect(after.position('file:/l')).toMatchObject({ offset: 7 });
    expect(after.position('file:/other')).toBeNull();
    expect(await after.append(lines(['b'], 9))).toBe(2);
    expect(await linesIn(after)).toEqual(['a', 'b']);
    await after.close();
  });

  it('removes what is delivered and keeps the positions', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory, { limit: 8 * 200 });
    for (let i = 1; i <= 20; i += 1) await spool.append(lines([`line ${i}`], i));
    expect(segmentsIn(directory).length).toBeGreaterThan(3);
    expect(spool.hasRoom()).toBe(false);
    const freed = spool.freed.heard(30_000, new AbortController().signal);
    await spool.trim(20);
    await freed;
    expect(segmentsIn(directory)).toHaveLength(1);
    expect(spool.hasRoom()).toBe(true);
    await spool.close();
    const again = await spoolIn(directory, { acknowledged: 20 });
    expect(again.position('file:/l')).toMatchObject({ offset: 20 });
    expect(await again.append(lines(['next']))).toBe(21);
    expect(await linesIn(again, 20)).toEqual(['next']);
    await again.close();
  });

  it('never gives a number twice, also where its files were removed', async () => {
    const spool = await spoolIn(scratch(), { acknowledged: 41 });
    expect(await spool.append(lines(['x']))).toBe(42);
    expect(await linesIn(spool, 41)).toEqual(['x']);
    await spool.close();
  });

  it('counts what was dropped, also when the record of it is delivered', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory, { limit: 800 });
    const common = { source: 's', at: 1, position: null, count: 1, first_line: '', last_line: '' };
    for (const bytes of [10, null]) {
      await spool.append({ frame: { kind: 'dropped', ...common, why: 'gone', lines: 2, bytes } });
    }
    await spool.append(lines(['behind it']));
    await spool.trim(3);
    await spool.close();
    const again = await spoolIn(directory, { acknowledged: 3 });
    expect(again.dropped()).toEqual({ records: 2, lines: 4, bytes: 10 });
    await again.close();
  });
});

describe('a spool whose process was killed while it wrote', () => {
  it('has exactly what was whole, for every byte at which it can have ended', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory);
    const ends: number[] = [];
    const said = [['a'], ['b', 'cc'], [], ['ddd']];
    for (const [i, texts] of said.entries()) {
      await spool.append(lines(texts, i + 1));
      ends.push(spool.bytes());
    }
    await spool.close();
    const [segment = ''] = segmentsIn(directory);
    for (let size = 0; size <= statSync(segment).size; size += 1) {
      const torn = tornCopy(directory, segment, size);
      const whole = ends.filter((end) => end <= size).length;
      const expected = said.slice(0, whole).flat();
      const after = await spoolIn(torn);
      expect(await linesIn(after)).toEqual(expected);
      expect(after.position('file:/l')?.offset ?? 0).toBe(whole);
      expect(await after.append(lines(['next']))).toBe(expected.length + 1);
      expect(await linesIn(after)).toEqual([...expected, 'next']);
      await after.close();
    }
  });

  it('has exactly what was whole over many segments, whatever the torn end holds', async () => {
    const texts = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(texts, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.uint8Array({ maxLength: 40 }),
        async (groups, share, garbage) => {
          const directory = scratch();
          const spool = await spoolIn(directory, { limit: 8 * 400 });
          for (const [i, group] of groups.entries()) await spool.append(lines(group, i + 1));
          const all = await linesIn(spool);
          await spool.close();
          const last = segmentsIn(directory).at(-1) ?? '';
          truncateSync(last, Math.floor(statSync(last).size * share));
          writeFileSync(last, garbage, { flag: 'a' });
          const after = await spoolIn(directory);
          const kept = await linesIn(after);
          expect(kept).toEqual(all.slice(0, kept.length));
          const reached = after.position('file:/l')?.offset ?? 0;
          expect(kept).toEqual(groups.slice(0, reached).flat());
          await after.append(lines(['next'], 99));
          expect(await linesIn(after)).toEqual([...kept, 'next']);
          await after.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says that an end was torn', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory);
    await spool.append(lines(['a']));
    await spool.close();
    const [segment = ''] = segmentsIn(directory);
    writeFileSync(segment, Buffer.alloc(64), { flag: 'a' });
    const log = listening();
    await (await spoolIn(directory, { log })).close();
    expect(log.said).toEqual(['a torn end is cut off']);
  });
});

describe('a spool on a disk that gives back other bytes', () => {
  it('delivers all that can be read, and says which records cannot', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory, { limit: 8 * 400 });
    for (let i = 1; i <= 12; i += 1) await spool.append(lines([`line ${i}`]));
    const [, second = ''] = segmentsIn(directory);
    const next = Number(/-(\d{16})\./.exec(basename(segmentsIn(directory)[2] ?? ''))?.[1]);
    const bytes = readFileSync(second);
    bytes[bytes.length - 1] = 0;
    writeFileSync(second, bytes);
    const before = await spool.read(0, { records: 99, bytes: 9_999 });
    expect(before.at(-1)?.seq).toBe(next - 2);
    const [lost] = await spool.read(next - 2, { records: 99, bytes: 9_999 });
    expect(lost).toMatchObject({ kind: 'damaged', seq: next - 1, last: next - 1, source: second });
    const rest = await spool.read(next - 1, { records: 99, bytes: 9_999 });
    expect(rest.map(({ seq }) => seq).at(-1)).toBe(12);
    await spool.close();
  });

  it('cannot be read where it is still written, and says so', async () => {
    const directory = scratch();
    const spool = await spoolIn(directory);
    await spool.append(lines(['a']));
    const [segment = ''] = segmentsIn(directory);
    truncateSync(segment, 20);
    await expect(spool.read(0, { records: 1, bytes: 1 })).rejects.toMatchObject({
      code: 'spool_damaged',
      retryable: true,
    });
    await spool.close();
  });
});

it('a spool whose disk fails refuses what it cannot keep, and takes what comes when it can again', async () => {
  const directory = join(scratch(), 'spool');
  mkdirSync(directory);
  const spool = await spoolIn(directory, { limit: 8 });
  await spool.append(lines(['a']));
  // Where the next segment belongs stands something that cannot be written.
  const blocked = join(
    directory,
    `spool-${[2, 2].map((n) => String(n).padStart(16, '0')).join('-')}.seg`,
  );
  mkdirSync(blocked);
  await expect(spool.append(lines(['b']))).rejects.toMatchObject({ code: 'spool_unwritable' });
  rmdirSync(blocked);
  expect(await spool.append(lines(['c']))).toBe(2);
  expect(await linesIn(spool)).toEqual(['a', 'c']);
  await spool.close();
});

function tornCopy(directory: string, segment: string, size: number): string {
  const torn = join(directory, `torn-${size}`);
  mkdirSync(torn);
  const copy = join(torn, basename(segment));
  copyFileSync(segment, copy);
  truncateSync(copy, size);
  return torn;
}
