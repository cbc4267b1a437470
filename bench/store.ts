import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalDirectory } from '../src/adapters/store/local-directory.ts';
import { median } from './quantile.ts';
import { print, type Row } from './table.ts';

const SIZES_MB = [1, 16, 256];
const ROUNDS = 7;
const MB = 1024 * 1024;

const root = await mkdtemp(join(tmpdir(), 'cordon-bench-store-'));
try {
  const rows: Row[] = [];
  for (const size of SIZES_MB) rows.push(await rowOf(size));
  print(rows, process.argv.includes('--json'));
} finally {
  await rm(root, { recursive: true, force: true });
}

/** Rounds are interleaved, so that what else the machine does falls on both alike. */
async function rowOf(sizeMb: number): Promise<Row> {
  const store = await openLocalDirectory({ root: join(root, 'evidence'), now: Date.now });
  const source = join(root, 'source');
  const taken = { ours: [] as number[], floors: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    // New bytes each time: what is kept already is not kept again.
    await writeFile(source, randomBytes(sizeMb * MB), { flush: true });
    taken.floors.push(await msOf(() => copy(source)));
    let sha256 = '';
    taken.ours.push(
      await msOf(async () => {
        ({ sha256 } = await store.putStream(createReadStream(source), 'application/octet-stream'));
      }),
    );
    await store.remove(sha256);
  }
  const perMb = (times: number[]) => median(times.map((ms) => (ms * 1_000) / sizeMb));
  const figure = `${sizeMb} MB kept and read back: µs a MB`;
  return { figure, value: perMb(taken.ours), floor: perMb(taken.floors) };
}

/** The floor: the same file by cp(1), until the disk has it. */
async function copy(source: string): Promise<void> {
  const target = join(root, 'copy');
  execFileSync('cp', [source, target]);
  const file = await open(target, 'r');
  await file.sync();
  await file.close();
  await rm(target);
}

async function msOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
