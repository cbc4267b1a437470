import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FRUGAL } from '../../../src/agent/capture/capture-process.ts';
import { collectMemory } from '../../../src/agent/capture/memory.ts';
import { collecting } from '../../support/collecting.ts';
import { compileVictim, memoryVictim } from '../../support/memory-victim.ts';
import { readyProcess } from '../../support/ready-process.ts';
import { stockTar } from '../../support/tar-listing.ts';

/** A page here and there, each further from the next than any gap that is filled. */
const SCATTERED = `
import mmap, sys
flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # MAP_NORESERVE
memory = mmap.mmap(-1, 65100 * 100 * 4096, flags)
memory.madvise(mmap.MADV_NOHUGEPAGE)
for page in range(65100):
    memory[page * 100 * 4096] = 1
print('ready', flush=True)
sys.stdin.read()
`;

const MIB = 1024 * 1024;

let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'));
  program = compileVictim(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the memory of a process', () => {
  it('is a core that a debugger opens, with its threads and all its markers', async () => {
    await using victim = await memoryVictim(program, 1);
    const { bytes, verdict, mediaType } = await collecting(collectMemory, [victim.pid]);
    const { secretmem, ...readable } = victim.at;
    const said = debug(bytes, [
      'info threads',
      ...Object.values(readable).map((at) => `x/s ${at}`),
    ]);
    expect(said.match(/LWP \d+/g)?.length).toBeGreaterThanOrEqual(2);
    expect(said).toMatch(/pause/);
    for (const place of Object.keys(readable)) expect(said).toContain(`"MARKER-${place}"`);
    expect(verdict).toMatchObject({ completeness: 'complete', reason: '' });
    expect(mediaType).toBe('application/x-core');
    expect(debug(bytes, [`x/s ${secretmem}`])).toContain('""');
  });

  it('says what the kernel would not read, what was hidden from dumps, and what was left out', async () => {
    await using victim = await memoryVictim(program, 1);
    const { bytes, verdict } = await collecting(collectMemory, [victim.pid]);
    expect(bytes.includes('MARKER-secretmem')).toBe(false);
    expect(verdict.notes).toEqual(
      expect.arrayContaining([
        'a page that the kernel would not read (EIO) stands as zeros',
        expect.stringMatching(/^memory marked MADV_DONTDUMP is kept/),
        '[vvar] is not read',
        expect.stringMatching(/^pages of a mapped file that were not changed are left out/),
      ]),
    );
  });

  it('has the pages that are there, and not the 8 GiB that are reserved', async () => {
    await using victim = await memoryVictim(program, 64);
    const { bytes } = await collecting(collectMemory, [victim.pid]);
    expect(bytes.length).toBeGreaterThan(64 * MIB);
    expect(bytes.length).toBeLessThan(72 * MIB);
  });

  it('is a failure where the process ends while it is read', async () => {
    await using victim = await memoryVictim(program, 64);
    const end = (chunks: number) => (chunks === 100 ? victim.kill() : undefined);
    const { bytes, verdict } = await collecting(collectMemory, [victim.pid], { onChunk: end });
    expect(verdict).toMatchObject({ completeness: 'failed', reason: 'exited' });
    expect(bytes.length).toBeLessThan(32 * MIB);
  });

  it('is a failure where the process has ended before', async () => {
    await using victim = await memoryVictim(program, 1);
    const { verdict } = await collecting(collectMemory, [victim.pid], { onPinned: victim.kill });
    expect(verdict).toMatchObject({ completeness: 'failed', reason: 'exited' });
  });

  it('is truncated at the deadline, and ends there', async () => {
    await using victim = await memoryVictim(program, 64);
    const { verdict } = await collecting(collectMemory, [victim.pid], { withinMs: 0 });
    expect(verdict).toMatchObject({ completeness: 'truncated', reason: 'the deadline passed' });
  });

  it('is truncated where it lies in more places than a core can name', async () => {
    await using victim = await readyProcess('python3', '-c', SCATTERED);
    const { bytes, verdict } = await collecting(collectMemory, [victim.pid]);
    expect(verdict).toMatchObject({
      completeness: 'truncated',
      reason: 'memory in more than 65000 places',
    });
    expect(bytes.readUInt16LE(56)).toBe(65_001);
  });

  it('of several is a tar of whole cores', async () => {
    await using one = await memoryVictim(program, 2);
    await using other = await memoryVictim(program, 3);
    const { bytes, verdict } = await collecting(collectMemory, [one.pid, other.pid]);
    expect(verdict.completeness).toBe('complete');
    const core = stockTar(bytes, '-xO', `core.${other.pid}`);
    expect(debug(core, [`x/s ${other.at.heap}`])).toContain('"MARKER-heap"');
    expect(stockTar(bytes, '-t').toString()).toBe(`core.${one.pid}\ncore.${other.pid}\n`);
  });

  it('of several keeps the cores that are whole when one ends, at the place that its header promised', async () => {
    await using one = await memoryVictim(program, 32);
    await using other = await memoryVictim(program, 1);
    const end = (chunks: number) => (chunks === 100 ? one.kill() : undefined);
    const taken = await collecting(collectMemory, [one.pid, other.pid], { onChunk: end });
    expect(taken.verdict).toMatchObject({
      completeness: 'truncated',
      reason: `core.${one.pid}: exited`,
    });
    const core = stockTar(taken.bytes, '-xO', `core.${other.pid}`);
    expect(debug(core, [`x/s ${other.at.heap}`])).toContain('"MARKER-heap"');
  });

  it('of 2 GiB, compressed and encrypted, takes less than 200 MB of memory', async () => {
    await using victim = await memoryVictim(program, 2048);
    const script = new URL('../../support/seal-memory.ts', import.meta.url).pathname;
    const args = [...FRUGAL, script, String(victim.pid)];
    const said: unknown = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    expect(said).toMatchObject({ completeness: 'complete' });
    const { size, peak } = said as { size: number; peak: number };
    expect(size).toBeGreaterThan(2048 * MIB);
    expect(peak).toBeLessThan(200e6);
  });
});

function debug(core: Buffer, commands: readonly string[]): string {
  const path = join(folder, 'core');
  writeFileSync(path, core);
  const args = commands.flatMap((command) => ['-ex', command]);
  return execFileSync('gdb', ['-nx', '-batch', ...args, program, path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
