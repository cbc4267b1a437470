import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/processes.ts';
import { call, everyIncident } from './api.ts';
import { ledgerVerdict } from './audit.ts';
import { report, type Sighting } from './detector.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { lockLedger } from './stored.ts';

/** A refusal that takes longer would hold a detector up. */
const REFUSED_WITHIN_MS = 4_000;

/** What may still be written before the disk is full: a few hundred reports. */
const ROOM_BYTES = 1_000_000;
const AT_MOST = 2_000;

/** Where no report fits any more, the probes of the health still do, one page each second. */
const FULL_WITHIN_MS = 30_000;

let parts: SeparateParts;
let number = 0;

beforeAll(async () => {
  parts = await separateParts();
  await parts.server.start();
}, 60_000);

afterAll(() => parts.remove(), 60_000);

describe('a ledger that another process has locked', () => {
  it('refuses with 503 and Retry-After, and takes the same report once it is free', async () => {
    const seen = next();
    const unlock = lockLedger(parts.home);
    const refused = await report(place(), seen);
    unlock();
    expect(refused).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.tookMs).toBeLessThan(REFUSED_WITHIN_MS);
    expect(await everyIncident(place())).toHaveLength(0);

    expect(await report(place(), seen)).toMatchObject({ status: 201 });
    expect(await report(place(), seen)).toMatchObject({ status: 200 });
    expect(await everyIncident(place())).toHaveLength(1);
  });
});

describe('a ledger whose disk is full', () => {
  it('answers no report 2xx that is not kept, says that it is unavailable, and recovers by itself', async () => {
    const before = (await everyIncident(place())).length;
    await limitFiles((await stat(join(parts.home, 'ledger.db-wal'))).size + ROOM_BYTES);
    let kept = 0;
    let refused = await report(place(), next());
    while (refused.status === 201 && kept < AT_MOST) {
      kept += 1;
      refused = await report(place(), next());
    }
    expect(kept).toBeGreaterThan(0);
    expect(refused).toMatchObject({ status: 503, body: { code: 'ledger_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const isUnhealthy = async () => (await call(place(), 'admin', 'GET', '/health')).status === 503;
    await until(isUnhealthy, 'the health says so', FULL_WITHIN_MS);

    await limitFiles('unlimited');
    const again = next();
    const isTaken = async () => (await report(place(), again)).status === 201;
    await until(isTaken, 'reports are taken again', 10_000);
    expect(await everyIncident(place())).toHaveLength(before + kept + 1);
    expect(await ledgerVerdict(parts.env)).toMatchObject({ valid: true });
  }, 60_000);
});

/** To the server every file system is full beyond this: RLIMIT_FSIZE, which unlike a full disk hurts nobody else. */
async function limitFiles(bytes: number | 'unlimited'): Promise<void> {
  const limit = `--fsize=${bytes}:unlimited`;
  await promisify(execFile)('prlimit', ['--pid', String(parts.server.pid()), limit]);
}

function next(): Sighting {
  number += 1;
  const subject = { host: 'host-1', agent: `agent-${number}` };
  return { key: `unwritable-${number}`, class: 'tool_call_burst', subject };
}

function place() {
  return { home: parts.home, url: parts.server.url };
}
