import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openRefusedFile, type Refused } from '../../src/forward/refused-file.ts';
import { scratch } from './scratch.ts';

const refused = (seq: number): Refused => ({
  ...{ seq, source: 'stdin', at: 1, refused_at: 2, why: 'refused', detail: 'no', text: 'x' },
});
const seqsIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Number(JSON.parse(line).seq));

it('what is refused again, because a process died before it was noted, is kept once', async () => {
  const directory = scratch();
  const path = join(directory, 'refused.ndjson');
  expect(await (await openRefusedFile(directory)).keep([refused(3), refused(5)])).toBe(2);
  appendFileSync(path, '{"seq":7,"torn');
  expect(await (await openRefusedFile(directory)).keep([refused(5), refused(7)])).toBe(1);
  expect(seqsIn(path)).toEqual([3, 5, 7]);
});

it('the refused are bounded: the file before the last is given up', async () => {
  const directory = scratch();
  const file = await openRefusedFile(directory, 300);
  for (let seq = 1; seq <= 20; seq += 1) await file.keep([refused(seq)]);
  const paths = ['refused.1.ndjson', 'refused.ndjson'].map((name) => join(directory, name));
  const kept = paths.flatMap(seqsIn);
  expect(kept.at(-1)).toBe(20);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 21 - kept.length + i));
  expect(Math.max(...paths.map((path) => statSync(path).size))).toBeLessThan(450);
  expect(await (await openRefusedFile(directory)).keep([refused(20)])).toBe(0);
});
