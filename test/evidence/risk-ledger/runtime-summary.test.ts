import { describe, expect, it } from 'vitest';
import { summariseRuntime } from '../../../src/evidence/risk-ledger/runtime-summary.ts';
import { decisions, ledgerOf } from './ledgers.ts';

const of = (schema: string, entries: object[]) => ({ schema: `pi.ext.${schema}.v1`, entries });
const about = (extension_id: string) => ({ ts_ms: 1, extension_id });
const alerts = {
  schema: 'pi.ext.security_alert.v1',
  alerts: [about('maps'), about('calendar'), about('*')],
};

describe('a summary', () => {
  it('counts what each artifact has, whichever order they come in', () => {
    const documents = [
      of('hostcall_telemetry', [about('maps'), about('maps'), about('maps')]),
      alerts,
      ledgerOf(decisions(9)),
      of('exec_mediation', [about('maps'), about('maps')]),
      of('secret_broker', [about('maps')]),
      of('quota_breaches', []),
    ];
    const summary = {
      ledger_entry_count: 9,
      alert_count: 3,
      telemetry_event_count: 3,
      exec_mediation_count: 2,
      secret_broker_count: 1,
      quota_breach_count: 0,
      distinct_extensions: 3,
      peak_risk_score: 0.8,
      deny_or_terminate_count: 4,
      ledger_chain_intact: true,
    };
    expect(summariseRuntime(documents)).toEqual(summary);
    expect(summariseRuntime(documents.toReversed())).toEqual(summary);
  });

  it('calls no chain intact that is broken, or that is not there', () => {
    const broken = ledgerOf(decisions(9).toSpliced(4, 1));
    expect(summariseRuntime([broken]).ledger_chain_intact).toBe(false);
    expect(summariseRuntime([alerts, null, 'x']).ledger_chain_intact).toBe(false);
  });
});
