import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Position } from '../../src/forward/position.ts';
import type { Step } from '../../src/forward/following.ts';
import { createTail, type Tail } from '../../src/forward/tail.ts';
import { scratch } from './scratch.ts';

let log: string;
beforeEach(() => {
  log = join(scratch(), 'a.log');
});

/** A tail as a forwarder has it: what it has read, and where to it has come. */
function reading(position: Position | null = null) {
  const tail: Tail = createTail(log, position, () => Date.now());
  onTestFinished(() => tail.close());
  let at = position;
  const note = (steps: readonly Step[]) =>
    steps.flatMap<unknown>(({ cut, lost, position: reached }) => {
      at = reached;
      if (lost) return [{ ...lost }];
      if (cut === undefined) return [];
      return cut.kind === 'lines' ? cut.bytes.toString().split('\n') : [`${cut.size} bytes`];
    });
  return {
    position: () => at,
    /** All that can be read now. */
    all: async () => {
      const said: unknown[] = [];
      // The second look is for what the first has found to be there as well.
      for (let look = 0; look < 3; look += 1) {
        said.push(...note(await tail.look()));
        for (let steps = await tail.next(); steps.length > 0; steps = await tail.next()) {
          said.push(...note(steps));
        }
      }
      return said;
    },
    /** Without reading, as while the spool is full. */
    look: async () => note(await tail.look()),
    /** Another one, as after the process was killed. */
    again: () => reading(at),
  };
}

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
    const file = reading();
    expect(await file.all()).toEqual(['one', 'two']);
    appendFileSync(log, 'thr');
    expect(await file.all()).toEqual([]);
    write('ee');
    expect(await file.all()).toEqual(['three']);
  });

  it('may come later', async () => {
    const file = reading();
    expect(await file.all()).toEqual([]);
    write('one');
    expect(await file.all()).toEqual(['one']);
  });

  it('is read on from where it had come to, in the middle of a chunk too', async () => {
    write('one', 'two');
    appendFileSync(log, 'half');
    const before = reading();
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
    const before = reading();
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
    const before = reading();
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
    const before = reading();
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
    const before = reading();
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
    const before = reading();
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
    const before = reading();
    await before.all();
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
    write('two, which is longer');
    expect(await continued(before).all()).toEqual(['two, which is longer']);
  });

  it('by copying and truncating several times is read through all copies', async () => {
    write('one');
    const before = reading();
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
    const before = reading();
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
  const file = reading();
  await file.all();
  write('one');
  copyFileSync(log, `${log}.1`);
  truncateSync(log, 0);
  write('two');
  expect(await file.all()).toEqual(['one', 'two']);
});

describe('what cannot be read any more is told', () => {
  it('of a file that was truncated before all that was seen of it was read', async () => {
    write('one');
    const file = reading();
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
    const file = reading();
    await file.all();
    truncateSync(log, 0);
    expect(await file.all()).toEqual([]);
    expect(await file.again().all()).toEqual([]);
  });

  it('of files that are rotated away and removed faster than they can be read, with what was in them', async () => {
    write('read');
    const file = reading();
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
    const before = reading();
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

it('a file whose first lines are those of another is told from it by its end', async () => {
  const same = Array.from({ length: 200 }, () => 'the same line as ever');
  write(...same, 'old end');
  const before = reading();
  await before.all();
  write('unread');
  copyFileSync(log, `${log}.1`);
  writeFileSync(log, '');
  write(...same, 'new end', 'new too');
  expect(await before.again().all()).toEqual(['unread', ...same, 'new end', 'new too']);
});

it('rotated files from before the first start are not read', async () => {
  write('long ago');
  rotate();
  write('now');
  expect(await reading().all()).toEqual(['now']);
});
