import type { Alert, AlertFormatName, SplitDocument } from '../domain/alert.ts';
import type {
  AdmittedAlert,
  AlertAdmission,
  DecidedAdmission,
  DeliveryRecord,
} from '../domain/alert-log.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { Principal } from '../domain/principal.ts';
import type { AlertIntake, AlertOutcome, AlertReceipt, Delivery } from './alert-intake.ts';
import { type AlertAdmissionDeps, alertAdmission, unreadPart } from './alert-admission.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Reflex } from './reflex.ts';
import type { Shifts } from './shifts.ts';

export interface AlertIntakeDeps extends AlertAdmissionDeps {
  ledger: Pick<Ledger, 'alerts'>;
  dispatcher: Pick<Dispatcher, 'offer'>;
  reflex: Pick<Reflex, 'fire'>;
  /** Told of every alert that has opened an incident. */
  opened?: (incidentId: string, format: AlertFormatName, alert: Alert) => void;
  shifts: Pick<Shifts, 'each'>;
}

/** Alerts become durable, each once, and those of a new cause an incident that is answered at once. */
export function createAlertIntake(deps: AlertIntakeDeps): AlertIntake {
  return {
    take: async (principal, delivery, format, document) => {
      const record = recordOf(deps, principal, delivery, format);
      const read = await deps.shifts.each(document.alerts, (alert, index) =>
        alertAdmission(deps, principal, record, alert, index),
      );
      const unread = document.refused.map((part) => unreadPart(record, part.index, part.reason));
      const admitted = await deps.ledger.alerts.admit(record, [...read, ...unread]);
      begin(deps, read, admitted, (at, id) => {
        const alert = document.alerts[at];
        if (alert !== undefined) deps.opened?.(id, format, alert);
      });
      return receipt(record, format, document, read, admitted);
    },
    keepUnread: async (principal, delivery, code) => {
      const record = recordOf(deps, principal, delivery, '');
      await deps.ledger.alerts.admit(record, [unreadPart(record, 0, code)]);
    },
  };
}

function recordOf(
  { now }: Pick<AlertIntakeDeps, 'now'>,
  { name, source }: Principal,
  { bytes, sha256, headers }: Delivery,
  format: AlertFormatName | '',
): DeliveryRecord {
  const from = { source: source === '' ? name : source, reported_by: name };
  return { sha256, bytes, headers, ...from, format, received_ms: now() };
}

/** What the ledger has as new incidents is contained from here on, as if it had been reported. */
function begin(
  { reflex, dispatcher }: AlertIntakeDeps,
  read: readonly AlertAdmission[],
  admitted: readonly AdmittedAlert[],
  opened: (at: number, incidentId: string) => void,
): void {
  for (const [at, alert] of read.entries()) {
    const { outcome, incident_id: id = '', widens } = admitted[at] ?? {};
    const becomes = decidedOf(alert, admitted[at]);
    if (becomes === null || 'set_aside' in becomes) continue;
    if (outcome !== 'incident' && !widens) continue;
    const { input } = becomes.opens();
    // What a further subject needs at once; its incident's workflow makes it certain.
    if (widens) reflex.fire({ ...input, id, plan: { ...input.plan, actions: widens.actions } });
    if (outcome !== 'incident') continue;
    reflex.fire(input);
    dispatcher.offer({ input, severity: input.plan.severity });
    opened(at, id);
  }
}

function receipt(
  { sha256: delivery }: DeliveryRecord,
  format: AlertFormatName,
  { refused, disagreements }: SplitDocument,
  read: readonly AlertAdmission[],
  admitted: readonly AdmittedAlert[],
): AlertReceipt {
  const alerts = read.map((alert, at): AlertOutcome => {
    const { index, title, rule } = alert.mark;
    const { outcome = 'refused', incident_id = '' } = admitted[at] ?? {};
    const becomes = decidedOf(alert, admitted[at]);
    const reason = becomes !== null && 'set_aside' in becomes ? becomes.reason : '';
    return { index, title, outcome, rule, incident_id, reason };
  });
  return { delivery, format, alerts, refused, disagreements };
}

/** Null for what is a repeat of an alert that a tree was asked about: nobody has asked again. */
function decidedOf(
  { becomes }: AlertAdmission,
  admitted: AdmittedAlert | undefined,
): DecidedAdmission['becomes'] | null {
  return 'decide' in becomes ? (admitted?.decided ?? null) : becomes;
}
