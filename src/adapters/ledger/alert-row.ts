import type {
  AdmittedAlert,
  CausedAlert,
  DecidedAdmission,
  DeliveryRecord,
  KeptReport,
  ListedAlert,
} from '../../domain/alert-log.ts';
import { instantOf } from '../../domain/instant.ts';
import type { AlertRow } from './tables.ts';

type ReadReport = Pick<KeptReport, 'cause' | 'window_ms' | 'report'>;

export function alertRow(
  { source, reported_by, received_ms }: DeliveryRecord,
  { mark, occurred_ms, becomes }: DecidedAdmission,
  { outcome, incident_id }: AdmittedAlert,
): AlertRow {
  if (outcome === 'repeat') throw new TypeError('A repeat is listed where it came first');
  const { index: place, ...named } = mark;
  const reason = 'set_aside' in becomes ? becomes.reason : '';
  const report = 'set_aside' in becomes ? '' : reportText(becomes);
  return {
    ...named,
    ...{ source, reported_by, received_ms, occurred_ms },
    ...{ outcome, incident_id, place, reason, report },
  };
}

/** What is kept of a report, so that it can become an incident of its own. */
export function reportText(alert: CausedAlert): string {
  return JSON.stringify(reportIn(alert));
}

function reportIn({ cause, window_ms, subject, plan, ...alert }: CausedAlert): ReadReport {
  const { description, evidence } = alert.says();
  const about = { class: alert.class, severity: plan.severity, description };
  return { cause, window_ms, report: { ...about, subject, evidence } };
}

export function listedAlert(row: Omit<AlertRow, 'report'>): ListedAlert {
  const { place: index, occurred_ms, received_ms, ...told } = row;
  return {
    ...told,
    index,
    occurred_at: instantOf(occurred_ms),
    received_at: instantOf(received_ms),
  };
}

/** Null for an alert that no report was made of. */
export function keptReport(row: AlertRow): KeptReport | null {
  const { identity, source, reported_by, format, rule, title, delivery, place, occurred_ms } = row;
  if (row.report === '' || format === '') return null;
  const read: ReadReport = JSON.parse(row.report);
  return {
    ...{ identity, source, reported_by, ...read },
    occurred_at: instantOf(occurred_ms),
    mark: { format, rule, title, identity, delivery, index: place },
  };
}
