import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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
const zip = (from: string, to: string) => {
  writeFileSync(to, gzipSync(readFileSync(from)));
  rmSync(from);
};

describe('a log file', () => {
  it('is read from its beginning, line by line as they are written', async () => {
    write('one', 'two');
    const file = reading(log);
    expect(await file.all()).toEqual(['one', 'two']);
    appendFileSync(log, 'thr');
    expect(await file.all()).toEqual([]);
    write('ee');
    expect(await file.all()).toEqual(['three']);
  });

  it('may come later', async () => {
    const file = reading(log);
    expect(await file.all()).toEqual([]);
    write('one');
    expect(await file.all()).toEqual(['one']);
  });

  it('is read on from where it had come to, in the middle of a chunk too', async () => {
    write('one', 'two');
    appendFileSync(log, 'half');
    const before = reading(log);
    expect(await before.all()).toEqual(['one', 'two']);
    write(' and half', 'four');
    expect(await before.again().all()).toEqual(['half and half', 'four']);
  });
});

describe.each([
  ['while it is followed', false],
  ['while nobody follows it', true],
])('a log file that is rotated %s', (_when, killed) => {
  const continued = (before: ReturnType<typeof reading>) => (killed ? before.again() : before);

  it('by a new name is read to its end, and then the new one', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    write('two');
    rotate();
    appendFileSync(`${log}.1`, 'late\nunfinished');
    const file = continued(before);
    expect(await file.all()).toEqual(['two', 'late']);
    write('three');
    expect(await file.all()).toEqual(['unfinished', 'three']);
  });

  it('is followed by its old name for as long as the new one is empty', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    rotate();
    writeFileSync(log, '');
    const file = continued(before);
    expect(await file.all()).toEqual([]);
    appendFileSync(`${log}.1`, 'late\n');
    expect(await file.all()).toEqual(['late']);
    write('two');
    expect(await file.all()).toEqual(['two']);
  });

  it('several times is read through all files in order', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    write('two');
    rotate(`${log}.3`);
    write('three');
    zip(log, `${log}.2.gz`);
    write('four');
    rotate();
    write('five');
    expect(await continued(before).all()).toEqual(['two', 'three', 'four', 'five']);
  });

  it('and compressed is read on within the compressed file', async () => {
    write(...Array.from({ length: 5_000 }, (_, i) => `first ${i}`));
    const before = reading(log);
    await before.all();
    write('two', 'three');
    rotate();
    zip(`${log}.1`, `${log}.1.gz`);
    write('four');
    const file = continued(before);
    expect(await file.all()).toEqual(['two', 'three', 'four']);
    expect(await file.again().all()).toEqual([]);
  });

  it('by copying and truncating is read to the end of the copy, and then anew', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    write('two');
    // Seen, but not read: the spool may be full.
    if (!killed) await before.look();
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    const file = continued(before);
    expect(await file.all()).toEqual(['two']);
    write('three');
    expect(await file.all()).toEqual(['three']);
  });

  it('by copying and truncating, and has grown beyond what was read, is told by its beginning', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    write('two, which is longer');
    expect(await continued(before).all()).toEqual(['two, which is longer']);
  });

  it('by copying and truncating several times is read through all copies', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    write('two');
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    const file = continued(before);
    expect(await file.all()).toEqual(['two']);
    write('three');
    renameSync(`${log}.1`, `${log}.2`);
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    write('four');
    expect(await continued(file).all()).toEqual(['three', 'four']);
  });

  it('and removed before it is read again says so and goes on', async () => {
    write('one');
    const before = reading(log);
    await before.all();
    rmSync(log);
    write('two');
    const gone = { why: 'gone', lines: null, bytes: null, first_line: '', last_line: '' };
    // Who has it open loses nothing by its removal.
    expect(await continued(before).all()).toEqual(killed ? [gone, 'two'] : ['two']);
  });
});

it('what was written into an empty file and copied away before anybody looked is read', async () => {
  writeFileSync(log, '');
  const file = reading(log);
  await file.all();
  write('one');
  copyFileSync(log, `${log}.1`);
  truncateSync(log, 0);
  write('two');
  expect(await file.all()).toEqual(['one', 'two']);
});

it('a file whose first lines are those of another is told from it by its end', async () => {
  const same = Array.from({ length: 200 }, () => 'the same line as ever');
  write(...same, 'old end');
  const before = reading(log);
  await before.all();
  write('unread');
  copyFileSync(log, `${log}.1`);
  writeFileSync(log, '');
  write(...same, 'new end', 'new too');
  expect(await before.again().all()).toEqual(['unread', ...same, 'new end', 'new too']);
});

it('a pipe and a directory are no log files', async () => {
  mkdirSync(log);
  await expect(reading(log).all()).rejects.toMatchObject({ code: 'not_a_log_file' });
  rmdirSync(log);
  execFileSync('mkfifo', [log]);
  await expect(reading(log).all()).rejects.toMatchObject({ code: 'not_a_log_file' });
});

it('a directory that is called like a rotated file is none', async () => {
  mkdirSync(`${log}.1`);
  write('one');
  const before = reading(log);
  await before.all();
  rotate(`${log}.2`);
  write('two');
  expect(await before.all()).toEqual(['two']);
});

it('rotated files from before the first start are not read', async () => {
  write('long ago');
  rotate();
  write('now');
  expect(await reading(log).all()).toEqual(['now']);
});
