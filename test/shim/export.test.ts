import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WHOLE } from '../../src/domain/bundle-scope.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { Fault } from '../../src/domain/fault.ts';
import { createExporter } from '../../src/shim/export.ts';
import { ada } from '../support/keeping.ts';
import { boot, TOOL_CALL_BURST, type Booted } from './boot.ts';

let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

const exporterOver = (ledger: Parameters<typeof createExporter>[0]['ledger']) =>
  createExporter({
    ledger,
    policy: { current: () => shim.policy, reload: async () => shim.policy },
    engineStatus: () => shim.engine,
    now: Date.now,
    keys: { serviceToken: 'a-service-token', signingKey: loadSigningKey(generateSigningKeyPem()) },
  });

describe('an export', () => {
  it('is noted in the ledger, with whoever asked for it', async () => {
    const { id } = await shim.report(TOOL_CALL_BURST);
    const { bytes } = await exporterOver(shim.ledger).export(ada('for the board'), id);
    const entry = (await shim.ledger.register.timeline(id)).at(-1);
    const what = [{ sha256: sha256Hex(bytes), size: bytes.length }];
    expect(entry).toMatchObject({
      type: 'custody',
      actor: 'ada',
      body: { touch: 'export', why: 'for the board', what },
    });
  });

  it('of everything is noted beside the incidents', async () => {
    const { bytes } = await exporterOver(shim.ledger).export(ada());
    expect(await shim.ledger.register.latestNote('custody')).toMatchObject({
      actor: 'ada',
      body: { touch: 'export', what: [{ sha256: sha256Hex(bytes) }] },
    });
  });

  it('is not given out where it cannot be put on record', async () => {
    const { id } = await shim.report(TOOL_CALL_BURST);
    const full = new Fault('ledger_unavailable', 'disk full', { retryable: true });
    const log = { ...shim.ledger.log, append: () => Promise.reject(full) };
    const exporter = exporterOver({ ...shim.ledger, log });
    await expect(exporter.export(ada(), id)).rejects.toBe(full);
  });

  it('of more than a bundle holds is refused rather than cut', async () => {
    await shim.report({ ...TOOL_CALL_BURST, evidence: { trace: 'x'.repeat(60_000) } });
    const [entry] = (await shim.ledger.register.entriesAfter(0, 100)).slice(-1);
    if (entry === undefined) throw new Error('the ledger is empty');
    const entriesAfter = async (seq: number) => [{ ...entry, seq: seq + 1 }];
    const endless = { ...shim.ledger, register: { ...shim.ledger.register, entriesAfter } };
    await expect(exporterOver(endless).export(ada())).rejects.toMatchObject({
      code: 'export_too_large',
    });
  });

  it('of an incident that is too large can be had in parts', async () => {
    const { id } = await shim.report(TOOL_CALL_BURST);
    const [entry] = await shim.ledger.register.timeline(id);
    if (entry === undefined) throw new Error('the ledger is empty');
    const at = '2999-01-01T00:00:00.000Z';
    const big = { ...entry, at, body: { ...entry.body, trace: 'x'.repeat(33 * 1024 * 1024) } };
    const timeline = async () => [entry, { ...big, seq: entry.seq + 1 }];
    const exporter = exporterOver({
      ...shim.ledger,
      register: { ...shim.ledger.register, timeline },
    });
    const ask = { incidentId: id, scope: WHOLE, redact: 'none' } as const;
    await expect(exporter.exportIncident(ada(), ask)).rejects.toMatchObject({
      code: 'export_too_large',
      message: expect.stringContaining('?from='),
    });
    const part = { ...ask, scope: { ...WHOLE, to: entry.at } };
    expect((await exporter.exportIncident(ada(), part)).bytes.length).toBeGreaterThan(0);
  });
});
