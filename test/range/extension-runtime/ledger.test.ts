import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyRiskLedger } from '../../../src/evidence/risk-ledger/verify-risk-ledger.ts';
import { startRuntime, type PracticeRuntime } from './runtime.ts';

let runtime: PracticeRuntime;
beforeEach(async () => {
  runtime = await startRuntime();
  await runtime.install('weather');
  for (let call = 0; call < 5; call += 1) await runtime.call('weather', 'ui');
});
afterEach(() => runtime.stop());

const standing = async () => (await runtime.get('/api/v1/status'))['ledger'];
const meddle = (how: string, index: number) => runtime.post('/range/ledger', { how, index });

describe('the ledger of the runtime', () => {
  it('holds, for a stranger too, and goes on across a restart', async () => {
    await runtime.restart();
    await runtime.call('weather', 'ui');
    const ledger = await runtime.get('/api/v1/artifacts/risk_ledger');
    expect(verifyRiskLedger(ledger)).toMatchObject({ valid: true, entry_count: 6 });
    expect(await standing()).toMatchObject({
      valid: true,
      verdict: 'intact',
      entry_count: 6,
      head_ledger_hash: ledger['head_ledger_hash'],
    });
  });

  it.each([
    ['corrupt', 'corruption', 2],
    ['modify', 'tampering', 2],
    ['remove', 'tampering', 2],
    ['duplicate', 'tampering', 3],
  ])('that somebody was ordered to %s is found to be: %s', async (how, verdict, first) => {
    await meddle(how, 2);
    const broken = { valid: false, verdict, first_invalid_index: first };
    expect(await standing()).toMatchObject(broken);
    await runtime.call('weather', 'ui');
    await runtime.restart();
    expect(await standing()).toMatchObject(broken);
  });

  it('that does not hold is reported as its detector would', async () => {
    await meddle('corrupt', 2);
    expect(await runtime.get('/api/v1/ledger/verification')).toMatchObject({
      schema: 'pi.ext.runtime_risk_ledger.v1',
      valid: false,
      first_invalid_index: 2,
      errors: ['entry 2 does not match its hash'],
    });
  });

  it('holds again when it was begun anew', async () => {
    await meddle('remove', 0);
    await runtime.post('/api/v1/ledger/renew');
    expect(await standing()).toMatchObject({ valid: true, entry_count: 0 });
  });

  it('has no entry that is not there to be meddled with', async () => {
    expect((await meddle('remove', 5)).status).toBe(409);
    expect((await meddle('burn', 0)).status).toBe(400);
  });
});
