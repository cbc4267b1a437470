import type {
  AdmittedAlert,
  AlertAdmission,
  DeliveryRecord,
  KeptReport,
  ListedAlert,
} from '../../domain/alert-log.ts';
import { instantOf } from '../../domain/instant.ts';
import type { AlertRow } from './tables.ts';

export function alertRow(
  { source, reported_by, received_ms }: DeliveryRecord,
  { mark, occurred_ms, becomes }: AlertAdmission,
  { outcome, incident_id }: AdmittedAlert,
): AlertRow {
  if (outcome === 'repeat') throw new TypeError('A repeat is listed where it came first');
  const { index: place, ...named } = mark;
  const reason = 'set_aside' in becomes ? becomes.reason : '';
  const report = 'set_aside' in becomes ? '' : JSON.stringify(reportIn(becomes));
  return {
    ...named,
    ...{ source, reported_by, received_ms, occurred_ms },
    ...{ outcome, incident_id, place, reason, report },
  };
}

function reportIn({ opens }: Exclude<AlertAdmission['becomes'], { set_aside: string }>) {
  const { event } = opens.reported;
  if (event.type !== 'reported') throw new TypeError('An incident begins with a report');
  const { class: ofClass, description, subject, evidence, plan } = event;
  return { class: ofClass, severity: plan.severity, description, subject, evidence };
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
  const report: KeptReport['report'] = JSON.parse(row.report);
  return {
    ...{ identity, source, reported_by, report },
    occurred_at: instantOf(occurred_ms),
    mark: { format, rule, title, identity, delivery, index: place },
  };
}
