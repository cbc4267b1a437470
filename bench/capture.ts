import { closeSync, openSync, readSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import type { PinnedProcess } from '../src/agent/capture/collector.ts';
import { planRuns } from '../src/agent/capture/core-plan.ts';
import { startFindings } from '../src/agent/capture/findings.ts';
import { collectMemory } from '../src/agent/capture/memory.ts';
import { PAGE_BYTES } from '../src/agent/capture/pagemap.ts';
import { sealBytes } from '../src/agent/capture/sealed-bytes.ts';
import { pin } from '../src/agent/subjects/pinned-process.ts';
import { median } from './quantile.ts';
import { print, type Row } from './table.ts';
import { startVictim } from './victim.ts';

const SIZES_MB = [335, 2_000];
const ROUNDS = 3;
const CHUNK_BYTES = 64 * 1024;
const NEVER_LATE = Number.POSITIVE_INFINITY;
/** Of the process that captures, whatever it captures from. */
const REACH_RSS_MB = 200; // run like that process: npm run bench:capture

const recipients = [await identityToRecipient(await generateX25519Identity())];
const rows: Row[] = [];
for (const size of SIZES_MB) rows.push(...(await rowsOf(size)));
const peak = { figure: 'MB of RSS at the peak', value: process.resourceUsage().maxRSS / 1024 };
print([...rows, { ...peak, reach: REACH_RSS_MB }], process.argv.includes('--json'));

/** Rounds are interleaved, so that what else the machine does falls on all alike. */
async function rowsOf(sizeMb: number): Promise<Row[]> {
  const victim = await startVictim(sizeMb);
  const pinned = pin(victim.pid ?? 0);
  if (pinned === null) throw new Error('the victim has ended');
  const taken = { bare: [] as number[], core: [] as number[], sealed: [] as number[] };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      taken.bare.push(await msOf(() => readBare(pinned)));
      taken.core.push(await msOf(() => drain(pinned)));
      taken.sealed.push(await msOf(() => seal(pinned)));
    }
  } finally {
    pinned.close();
    victim.kill('SIGKILL');
  }
  const floor = median(taken.bare);
  return [
    { figure: `${sizeMb} MB of memory as a core: ms`, value: median(taken.core), floor },
    { figure: `${sizeMb} MB, compressed and encrypted: ms`, value: median(taken.sealed), floor },
  ];
}

async function msOf(work: () => void | Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The floor: the same pages, read and let go. */
function readBare({ dir }: PinnedProcess): void {
  const [pagemap, mem] = [openSync(`${dir}/pagemap`, 'r'), openSync(`${dir}/mem`, 'r')];
  const source = { processDir: dir, pagemap, isLate: () => false };
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (const { address, pages } of planRuns(source, startFindings()).runs) {
    const end = address + pages * PAGE_BYTES;
    for (let at = address; at < end;) {
      const read = readSync(mem, chunk, 0, Math.min(CHUNK_BYTES, end - at), at);
      if (read === 0) break;
      at += read;
    }
  }
  closeSync(pagemap);
  closeSync(mem);
}

async function drain(pinned: PinnedProcess): Promise<void> {
  const { bytes, verdict } = collected(pinned);
  for await (const _ of bytes);
  requireComplete(verdict());
}

async function seal(pinned: PinnedProcess): Promise<void> {
  const { bytes, verdict } = collected(pinned);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await sealBytes(bytes, recipients, nowhere);
  await finished(nowhere.end());
  requireComplete(verdict());
}

function collected(pinned: PinnedProcess) {
  return collectMemory({
    processes: [pinned],
    cgroup: '',
    container: null,
    deadlineMs: NEVER_LATE,
  });
}

function requireComplete({ completeness, reason }: { completeness: string; reason: string }): void {
  if (completeness !== 'complete') throw new Error(`the capture is ${completeness}: ${reason}`);
}
