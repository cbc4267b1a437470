import { describe, expect, it } from 'vitest';
import type { Probe, Roots } from '../../src/cli/roots.ts';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

function machine(...probes: Probe[]): Pick<Roots, 'describeConfig' | 'probes'> {
  const meaning = 'where the API listens';
  const config = [{ name: 'BIND_ADDR', value: '127.0.0.1:8515', origin: 'default', meaning }];
  return { describeConfig: () => config, probes: async () => probes };
}

const WELL: Probe = { name: 'node', verdict: 'ok', detail: 'Node 24', next: '' };
const MISSING: Probe = { name: 'temporal', verdict: 'fail', detail: 'not found', next: 'build it' };

describe('cordon doctor', () => {
  it('shows settings and probes, and exits 0 when nothing fails', async () => {
    const { url } = await tinyCordon();
    const { code, out } = await cordon(['doctor', '--url', url], { roots: machine(WELL) });
    expect(code).toBe(0);
    expect(out).toMatch(/BIND_ADDR +127\.0\.0\.1:8515 +default +where the API listens/);
    expect(out).toMatch(/^ok +server +ok at http:.*, 0 open incidents$/m);
    expect(out).toMatch(/^ok +node +Node 24$/m);
  });

  it('only warns where no server runs', async () => {
    const argv = ['doctor', '--url', 'http://127.0.0.1:1'];
    const { code, out } = await cordon(argv, { roots: machine(WELL) });
    expect(code).toBe(0);
    expect(out).toMatch(/^warn +server .*cordon up/m);
  });

  it('exits 1 when something fails, with the first thing to do', async () => {
    const { url } = await tinyCordon();
    const argv = ['doctor', '--json', '--url', url];
    const { code, out, err } = await cordon(argv, { roots: machine(WELL, MISSING) });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ probes: [{ name: 'server' }, WELL, MISSING] });
    expect(JSON.parse(err)).toMatchObject({ code: 'unhealthy', next: 'build it' });
  });

  it.each([
    [
      'local-directory',
      false,
      [{ attempt: 'alter', refused: false }],
      /^ok +canary +.*not enforcing.*allowed alter; tamper-evident, not a compliance WORM$/m,
    ],
    [
      's3-object-lock',
      true,
      [{ attempt: 'delete', refused: true }],
      /^ok +canary +s3-object-lock: enforcing, tried 2026/m,
    ],
    [
      's3-object-lock',
      false,
      [{ attempt: 'delete', refused: false }],
      /^warn +canary +.*not enforcing.*allowed delete$/m,
    ],
  ])(
    'says what a store of evidence refused: %s, enforcing: %s',
    async (kind, enforcing, tried, line) => {
      const server = await tinyCordon();
      const counts = { open_incidents: 0, total_incidents: 0, practice_range: true, reasons: [] };
      const checked_at = '2026-03-14T12:00:00.000Z';
      const evidence = { kind, enforcing, checked_at, tried, not_tried: [] };
      server.answerWith(200, { status: 'ok', ledger: { seq: 0 }, ...counts, evidence });
      const { out } = await cordon(['doctor', '--url', server.url], { roots: machine() });
      expect(out).toMatch(line);
    },
  );

  it('exits 1 when the server cannot take reports, and says why', async () => {
    const server = await tinyCordon();
    const reasons = ['The ledger cannot be written: reports are refused'];
    const counts = {
      open_incidents: 0,
      total_incidents: 0,
      practice_range: true,
      ledger: { seq: 0 },
    };
    server.answerWith(503, { status: 'unavailable', reasons, ...counts });
    const { code, out } = await cordon(['doctor', '--url', server.url], { roots: machine() });
    expect(code).toBe(1);
    expect(out).toMatch(/^fail +server +unavailable at .*The ledger cannot be written/m);
  });
});
