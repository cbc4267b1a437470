import type { RiskLedgerVerdict } from '../../evidence/risk-ledger/judge-risk-ledger.ts';
import type { ReplayStep, RiskReplay } from '../../evidence/risk-ledger/replay-risk-ledger.ts';
import type { RiskLedgerReport } from '../../evidence/risk-ledger/risk-ledger-report.ts';
import type { RuntimeSummary } from '../../evidence/risk-ledger/runtime-summary.ts';
import { counted } from './counted.ts';
import type { Paint, Style } from './paint.ts';
import { type Cell, table } from './table.ts';
import { moment } from './time.ts';

/** More is read from the document itself, under --json. */
const MOST_ERRORS = 20;

export interface RiskLedgerFindings {
  verdict: RiskLedgerVerdict;
  why: string;
  report: RiskLedgerReport;
  replay: RiskReplay;
  summary: RuntimeSummary;
}

/** The decisions that can be believed, what is wrong with the others, what it comes to, and the verdict last. */
export function riskLedgerLines(findings: RiskLedgerFindings, paint: Paint): string {
  const { verdict, why, report, replay, summary } = findings;
  const parts = [
    replay.steps.length === 0 ? '' : table(replay.steps.map(stepRow), paint),
    errorLines(report, paint),
    untrustedLine(replay, paint),
    summaryLine(summary),
    `${paint(verdict === 'intact' ? 'good' : 'bad', verdict)}: ${why}`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

const STYLES: Record<ReplayStep['derived_state'], Style> = {
  safe: 'plain',
  suspicious: 'warning',
  unsafe: 'bad',
};

function stepRow(step: ReplayStep): Cell[] {
  const { ts_ms, extension_id, capability, method, risk_score, selected_action } = step;
  return [
    { text: moment(new Date(ts_ms).toISOString()), style: 'dim' },
    extension_id,
    `${capability}.${method}`,
    risk_score.toFixed(3),
    selected_action,
    { text: step.derived_state, style: STYLES[step.derived_state] },
  ];
}

function errorLines({ errors }: RiskLedgerReport, paint: Paint): string {
  const shown = errors.slice(0, MOST_ERRORS);
  const more = errors.length - shown.length;
  return [
    ...shown.map(({ problem, detail }) => `${paint('bad', problem)}: ${detail}`),
    ...(more === 0 ? [] : [`and ${counted(more, 'error')} more`]),
  ].join('\n');
}

function untrustedLine({ untrusted }: RiskReplay, paint: Paint): string {
  if (untrusted === null) return '';
  const { from_index, count, extensions } = untrusted;
  const whose = extensions.length === 0 ? '' : `, of ${extensions.join(', ')}`;
  return paint('warning', `not to be believed: entries from ${from_index} on (${count})${whose}`);
}

function summaryLine(summary: RuntimeSummary): string {
  const { ledger_entry_count, distinct_extensions, peak_risk_score } = summary;
  return [
    `ledger entries ${ledger_entry_count}`,
    `alerts ${summary.alert_count}`,
    `telemetry events ${summary.telemetry_event_count}`,
    `exec mediation ${summary.exec_mediation_count}`,
    `secret broker ${summary.secret_broker_count}`,
    `quota breaches ${summary.quota_breach_count}`,
    `extensions ${distinct_extensions}`,
    `peak risk score ${peak_risk_score.toFixed(3)}`,
    `denied or terminated ${summary.deny_or_terminate_count}`,
  ].join(', ');
}
