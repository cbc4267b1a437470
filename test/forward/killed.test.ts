import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { readStatus } from '../../src/forward/status.ts';
import { eventually } from '../support/eventually.ts';
import { pause } from '../support/processes.ts';
import { fakeCordon } from './fake-cordon.ts';
import { forwarderApart } from './forwarder-apart.ts';
import { scratch } from './scratch.ts';

const KILLS = 8;

/** Each of which takes a new process, on a machine that others use too. */
const SLOWLY = { timeout: 120_000 };

/** A detector that writes without pause, and whose file is rotated every now and then. */
function detector(file: string, name: string) {
  let written = 0;
  let rotated = 0;
  let isOver = false;
  const rotate = () => {
    rotated += 1;
    const moved = `${file}-${String(rotated).padStart(8, '0')}`;
    renameSync(file, moved);
    writeFileSync(file, '');
    if (rotated % 2 === 1) return;
    writeFileSync(`${moved}.gz`, gzipSync(readFileSync(moved)));
    rmSync(moved);
  };
  writeFileSync(file, '');
  const writing = (async () => {
    while (!isOver) {
      let text = '';
      for (let i = 0; i < 10; i += 1) text += `{"from":"${name}","n":${(written += 1)}}\n`;
      appendFileSync(file, text);
      if (written % 200 === 0) rotate();
      await pause(10);
    }
  })();
  return {
    stop: async () => {
      isOver = true;
      await writing;
      return written;
    },
  };
}

it(
  `a forwarder that is killed ${KILLS} times loses no line and keeps their order`,
  SLOWLY,
  async () => {
    const folder = scratch();
    const files = ['a', 'b'].map((name) => join(folder, `${name}.log`));
    // A server that is there for most of the time, so that batches are killed on their way as well.
    const cordon = await fakeCordon((_got, attempt) =>
      attempt % 7 === 0 ? 'never' : { status: 200 },
    );
    const spool = join(folder, 'spool');
    const forwarder = forwarderApart(folder, { url: cordon.url, files, spool });
    onTestFinished(async () => void (await forwarder.kill()));

    // One that ends by itself leaves its compiled modules to those that do not.
    await forwarder.start();
    await forwarder.kill('SIGTERM');
    await forwarder.start();
    const detectors = files.map((file, i) => detector(file, `${i}`));
    onTestFinished(async () => void (await Promise.all(detectors.map((each) => each.stop()))));
    for (let i = 0; i < KILLS; i += 1) {
      await pause(Math.random() * 150);
      await forwarder.kill();
      await forwarder.start();
    }
    const written = await Promise.all(detectors.map((each) => each.stop()));
    const last = written.map((n, i) => `{"from":"${i}","n":${n}}`);
    await eventually(
      () => cordon.taken(),
      (taken) => last.every((line) => taken.includes(line)),
    );
    expect(await forwarder.kill('SIGTERM')).toBe(0);

    for (const [i, count] of written.entries()) {
      const numbers = cordon.taken().flatMap((line) => {
        const { from, n }: { from: string; n: number } = JSON.parse(line);
        return from === `${i}` ? [n] : [];
      });
      expect(gaps(firstSightings(numbers), count)).toEqual([]);
    }
    expect(await readStatus(spool)).toMatchObject({
      waiting: 0,
      dropped: { records: 0 },
      refused: 0,
    });
  },
);

/** Each number where it comes for the first time. */
function firstSightings(numbers: readonly number[]): number[] {
  return [...new Set(numbers)];
}

/** Where the sequence 1 to `last` is not followed. */
function gaps(numbers: readonly number[], last: number): string[] {
  return [...numbers, last + 1].flatMap((n, i) => {
    const before = i === 0 ? 0 : (numbers[i - 1] ?? 0);
    return n === before + 1 ? [] : [`${before} is followed by ${n}`];
  });
}
