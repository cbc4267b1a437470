import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { reading } from './reading.ts';
import { scratch } from './scratch.ts';

let log: string;
beforeEach(() => {
  log = join(scratch(), 'a.log');
});

const write = (...texts: string[]) =>
  appendFileSync(log, texts.map((text) => `${text}\n`).join(''));
const rotate = (to = `${log}.1`) => renameSync(log, to);
describe('what cannot be read any more is told', () => {
  it('of a file that was truncated before all that was seen of it was read', async () => {
    write('one');
    const file = reading(log);
    await file.all();
    write('lost');
    await file.look();
    writeFileSync(log, 'n\n');
    const [lost, ...others] = await file.all();
    expect(lost).toMatchObject({ why: 'truncated', lines: null, bytes: 5 });
    expect(others).toEqual(['n']);
    expect(await file.again().all()).toEqual([]);
  });

  it('not of one that was truncated when all was read', async () => {
    write('one');
    const file = reading(log);
    await file.all();
    truncateSync(log, 0);
    expect(await file.all()).toEqual([]);
    expect(await file.again().all()).toEqual([]);
  });

  it('of files that are rotated away and removed faster than they can be read, with what was in them', async () => {
    write('read');
    const file = reading(log);
    await file.all();
    const looks = [];
    for (let i = 1; i <= 6; i += 1) {
      write(`first ${i}`, `last ${i}`);
      rotate();
      rmSync(`${log}.1`);
      write(`next ${i}`);
      looks.push(...(await file.look()));
    }
    expect(looks[0]).toMatchObject({
      why: 'rotated_away',
      lines: 2,
      bytes: 15,
      first_line: 'first 1',
      last_line: 'last 1',
    });
    const rest = await file.all();
    expect(rest.at(-1)).toBe('next 6');
    const lostLines = looks.reduce<number>((sum, each) => sum + Number(Object(each).lines), 0);
    expect(lostLines + rest.length).toBe(2 + 5 * 3 + 1);
  });

  it('of a compressed file that is broken, and the rest is read', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    const zipped = gzipSync(Buffer.from('two\n'.repeat(9_000)));
    rotate(`${log}.2`);
    writeFileSync(`${log}.1.gz`, zipped.subarray(0, zipped.length - 12));
    write('three');
    const said = await before.again().all();
    expect(said.at(-1)).toBe('three');
    expect(said.filter((each) => typeof each === 'object')).toMatchObject([{ why: 'damaged' }]);
  });
});
