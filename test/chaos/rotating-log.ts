import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pause } from '../support/processes.ts';

/** As a busy detector writes: some lines at once, many times a second. */
const LINES_AT_ONCE = 50;
const ROTATED_AFTER_LINES = 1_500;

/** More than is written while a forwarder is dead. */
const FILES_KEPT = 20;

/** `dated`: renamed, and every second one compressed. `copied`: numbered copies, and the file is truncated. */
export type Rotation = 'dated' | 'copied';

/** Writes the lines over so long, and rotates the file as logrotate would. */
export async function writeRotating(
  file: string,
  lines: readonly string[],
  { overMs, rotation }: { overMs: number; rotation: Rotation },
): Promise<void> {
  writeFileSync(file, '');
  const began = performance.now();
  let sinceRotation = 0;
  let rotations = 0;
  for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
    const some = lines.slice(from, from + LINES_AT_ONCE);
    appendFileSync(file, some.map((line) => `${line}\n`).join(''));
    sinceRotation += some.length;
    if (sinceRotation >= ROTATED_AFTER_LINES) {
      sinceRotation = 0;
      rotations += 1;
      if (rotation === 'dated') moveAway(file, rotations);
      else copyAway(file);
    }
    const due = began + (overMs * (from + some.length)) / lines.length;
    await pause(Math.max(0, due - performance.now()));
  }
}

/** logrotate's `create` and `dateext`, with `compress` every second time. */
function moveAway(file: string, number: number): void {
  const moved = `${file}-${String(20_261_100 + number)}`;
  renameSync(file, moved);
  writeFileSync(file, '');
  if (number % 2 === 1) return;
  writeFileSync(`${moved}.gz`, gzipSync(readFileSync(moved)));
  rmSync(moved);
}

/** logrotate's `copytruncate`. Nothing is written between the two: that gap is logrotate's own. */
function copyAway(file: string): void {
  for (let number = FILES_KEPT; number > 0; number -= 1) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
