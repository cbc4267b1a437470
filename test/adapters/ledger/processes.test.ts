import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { verifyLedger } from '../../../src/adapters/ledger/verify.ts';
import { admission, incidentId } from '../../support/admissions.ts';
import { LEDGER_KINDS } from '../../support/ledgers.ts';

const WRITER = join(import.meta.dirname, '../../support/ledger-writer.ts');

interface Writer {
  child: ChildProcess;
  acknowledged: string[];
  ended: Promise<void>;
  /** Resolves once so many were acknowledged. */
  reached(count: number): Promise<void>;
}

function startWriter(url: string, first: number, count: number): Writer {
  const args = [WRITER, url, String(first), String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => line.startsWith('INC-') && acknowledged.push(line));
  return {
    child,
    acknowledged,
    ended: new Promise((resolve) => lines.once('close', resolve)),
    reached: (enough) =>
      new Promise((resolve) => lines.on('line', () => acknowledged.length >= enough && resolve())),
  };
}

describe.each(LEDGER_KINDS)(
  'several processes on one ledger on $name',
  { timeout: 30_000 },
  (kind) => {
    it('make the schema together and keep one unbroken chain', async () => {
      const place = await kind.place();
      const writers = [0, 1, 2].map((n) => startWriter(place.url, n * 1_000, 60));
      await Promise.all(writers.map(({ ended }) => ended));
      const ledger = await place.open();
      expect(writers.map(({ acknowledged }) => acknowledged.length)).toEqual([60, 60, 60]);
      expect(await verifyLedger(ledger)).toMatchObject({ valid: true, count: 360, incidents: 180 });
    });

    it('lose nothing that one acknowledged before it was killed', async () => {
      const place = await kind.place();
      const victim = startWriter(place.url, 0, 5_000);
      await victim.reached(100);
      const ledger = await place.open();
      victim.child.kill('SIGKILL');
      await victim.ended;

      const report = await verifyLedger(ledger);
      expect(report).toMatchObject({ valid: true });
      for (const id of victim.acknowledged) {
        expect((await ledger.register.timeline(id)).map(({ type }) => type)).toEqual([
          'reported',
          'alert',
        ]);
      }
      const repeat = await ledger.log.admit(admission(9_999, { key: 'key-0' }));
      expect(repeat).toMatchObject({ repeated: true, incident: { id: incidentId(0) } });
    });
  },
);
