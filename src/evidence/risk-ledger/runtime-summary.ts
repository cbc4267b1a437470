import { z } from 'zod';
import { RISK_LEDGER_SCHEMA, riskEntrySchema } from '../../domain/risk-ledger.ts';
import { verifyRiskLedger } from './verify-risk-ledger.ts';

/** What the artifacts of an extension runtime come to, as far as they are given. */
export interface RuntimeSummary {
  ledger_entry_count: number;
  alert_count: number;
  telemetry_event_count: number;
  exec_mediation_count: number;
  secret_broker_count: number;
  quota_breach_count: number;
  distinct_extensions: number;
  peak_risk_score: number;
  deny_or_terminate_count: number;
  ledger_chain_intact: boolean;
}

const artifactSchema = z.looseObject({
  schema: z.string(),
  entries: z.array(z.unknown()).default([]),
  alerts: z.array(z.unknown()).default([]),
});
const ofExtension = z.looseObject({ extension_id: z.string() });

/** The artifacts in any order: each says itself what it is. What is none of them counts for nothing. */
export function summariseRuntime(documents: readonly unknown[]): RuntimeSummary {
  const artifacts = documents.flatMap((document) => {
    const parsed = artifactSchema.safeParse(document);
    return parsed.success ? [{ document, ...parsed.data }] : [];
  });
  const within = (schema: string) =>
    artifacts
      .filter((artifact) => artifact.schema === schema)
      .flatMap(({ entries, alerts }) => [...entries, ...alerts]);
  const entries = within(RISK_LEDGER_SCHEMA);
  const decisions = entries.flatMap((entry) => riskEntrySchema.safeParse(entry).data ?? []);
  const named = artifacts
    .flatMap((artifact) => [...artifact.entries, ...artifact.alerts])
    .flatMap((record) => ofExtension.safeParse(record).data?.extension_id ?? []);
  const ledgers = artifacts.filter(({ schema }) => schema === RISK_LEDGER_SCHEMA);
  return {
    ledger_entry_count: entries.length,
    alert_count: within('pi.ext.security_alert.v1').length,
    telemetry_event_count: within('pi.ext.hostcall_telemetry.v1').length,
    exec_mediation_count: within('pi.ext.exec_mediation.v1').length,
    secret_broker_count: within('pi.ext.secret_broker.v1').length,
    quota_breach_count: within('pi.ext.quota_breaches.v1').length,
    distinct_extensions: new Set(named.filter((name) => name !== '*')).size,
    peak_risk_score: decisions.reduce((peak, { risk_score }) => Math.max(peak, risk_score), 0),
    deny_or_terminate_count: decisions.filter(
      ({ selected_action: action }) => action === 'deny' || action === 'terminate',
    ).length,
    ledger_chain_intact:
      ledgers.length > 0 && ledgers.every(({ document }) => verifyRiskLedger(document).valid),
  };
}
