import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Fault } from '../../src/domain/fault.ts';
import type { ShimDeps } from '../../src/shim/deps.ts';
import { admission, incidentId, recorded } from '../support/admissions.ts';
import { playbookPlan } from '../support/playbooks.ts';
import { boot, read, TOOL_CALL_BURST, type Booted } from './boot.ts';

const AT = '2026-03-14T12:00:00.000Z';

let shim: Booted;
const notifiers: ReturnType<ShimDeps['notifierStatus']> = [];
const time: { stamping: ReturnType<ShimDeps['timestampStatus']> } = { stamping: null };
const UNTRIED = { kind: 'local-directory', claims: false, verdict: null, problem: '' } as const;
let evidence: ReturnType<ShimDeps['evidenceStatus']> = UNTRIED;
const statuses = {
  notifierStatus: () => notifiers,
  timestampStatus: () => time.stamping,
  evidenceStatus: () => evidence,
};
beforeAll(async () => void (shim = await boot(statuses)));
afterAll(() => shim.stop());

const healthSchema = z.looseObject({ status: z.string(), reasons: z.array(z.string()) });
const health = async () => {
  const response = await shim.ask('/health');
  return { code: response.status, ...healthSchema.parse(await read(response)) };
};

describe('the health', () => {
  it('is ok while all is well', async () => {
    expect(await health()).toMatchObject({
      code: 200,
      status: 'ok',
      reasons: [],
      open_incidents: 0,
      total_incidents: 0,
      engine: { connected: true },
      ledger: { writable: true },
      backlog: { waiting: 0, oldest_seconds: 0 },
    });
  });

  it('is degraded, and still 200, while the engine is down', async () => {
    shim.engine.connected = false;
    expect(await health()).toMatchObject({ code: 200, status: 'degraded' });
    expect((await health()).reasons[0]).toContain('engine');
    shim.engine.connected = true;
  });

  it('is degraded when incidents have waited long for their workflow', async () => {
    await shim.report(TOOL_CALL_BURST);
    expect(await health()).toMatchObject({ status: 'ok', backlog: { waiting: 1 } });
    shim.clock.aheadMs = 60_000;
    expect(await health()).toMatchObject({ code: 200, status: 'degraded' });
    shim.clock.aheadMs = 0;
  });

  it('is degraded while nobody can be told', async () => {
    notifiers.push({ name: 'pager', reached: 3, failing_since: AT });
    const { status, reasons } = await health();
    expect([status, reasons]).toEqual(['degraded', [expect.stringContaining('pager')]]);
    notifiers.pop();
  });

  it('is degraded while manifests wait for their time, and says how many and how long', async () => {
    expect(await health()).toMatchObject({ status: 'ok', timestamps: null });
    const waiting_since = new Date(Date.now() - 60_000).toISOString();
    time.stamping = { ...{ tsa: 'tsa.example', waiting: 3, waiting_since }, failing_since: AT };
    expect(await health()).toMatchObject({
      status: 'degraded',
      reasons: ['3 manifests wait for a time stamp of tsa.example'],
      timestamps: { waiting: 3, oldest_seconds: expect.closeTo(60, -1), failing_since: AT },
    });
    time.stamping = null;
  });

  it('is ok where a directory is what it is, and says what was tried', async () => {
    const tried = [{ attempt: 'delete', refused: false, detail: 'the file system did it' }];
    const found = { enforcing: false, tried, not_tried: [] };
    evidence = { ...UNTRIED, verdict: { store: 'local-directory', ...found, at: AT } };
    expect(await health()).toMatchObject({
      status: 'ok',
      evidence: { kind: 'local-directory', ...found, checked_at: AT },
    });
    evidence = UNTRIED;
    expect(await health()).toMatchObject({
      status: 'ok',
      evidence: { enforcing: false, checked_at: '', tried: [], not_tried: [] },
    });
  });

  it.each([
    ['lets go of what it has locked', { refused: false }, [], '', /allowed shorten$/],
    ['could not be tried in all ways', { refused: true }, ['delete'], '', /tried: delete$/],
    ['could not be tried at all', null, [], 'AccessDenied (403)', /AccessDenied \(403\)$/],
  ])('is degraded when a bucket %s', async (_what, outcome, untried, problem, reason) => {
    const tried = outcome === null ? [] : [{ attempt: 'shorten', detail: '', ...outcome }];
    const not_tried = untried.map((attempt) => ({ attempt, detail: '' }));
    const store = 's3-object-lock' as const;
    const verdict = outcome && { store, enforcing: false, tried, not_tried, at: AT };
    evidence = { kind: store, claims: true, verdict, problem };
    const { code, status, reasons } = await health();
    evidence = UNTRIED;
    expect([code, status, reasons]).toEqual([200, 'degraded', [expect.stringMatching(reason)]]);
  });

  it('is unavailable while the ledger cannot be written', async () => {
    const fault = new Fault('ledger_unavailable', 'disk full', { retryable: true });
    const { ledger } = shim;
    const register = { ...ledger.register, probe: () => Promise.reject(fault) };
    const full = await boot({ ledger: { ...ledger, register } });
    try {
      const response = await full.ask('/health');
      expect(response.status).toBe(503);
      expect(await read(response)).toMatchObject({
        status: 'unavailable',
        ledger: { writable: false },
      });
    } finally {
      await full.stop();
    }
  });
});

describe('the metrics', () => {
  it('count incidents, intake, backlog and engine', async () => {
    const response = await shim.ask('/metrics');
    const text = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'cordon_incidents{class="tool_call_burst"} 1',
      'cordon_incidents_open{severity="medium"} 1',
      'cordon_incidents_by_fate{fate="open"} 1',
      'cordon_backlog 1',
      'cordon_engine_connected 1',
      'cordon_ledger_readable 1',
      'cordon_intake_seconds_count{outcome="recorded"} 1',
      'cordon_ledger_failures_total 0',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('count how clocks have ended, and what was dismissed by who reported it', async () => {
    const playbook = playbookPlan({ clocks: { respond: 60_000 } });
    await shim.ledger.log.admit(admission(1, { playbook }));
    const dismissal = { reason: 'a load test', tune: 'the threshold' };
    const resolved = { type: 'resolved', by: 'ada', note: '', dismissal } as const;
    await shim.ledger.log.append(incidentId(1), [recorded('resolved', resolved)]);
    const text = await (await shim.ask('/metrics')).text();
    expect(text).toContain('cordon_clocks{clock="respond",attained="met"} 1');
    expect(text).toContain(
      'cordon_false_positives{source="gpu-watch",format="",class="prompt_injection"} 1',
    );
  });
});
