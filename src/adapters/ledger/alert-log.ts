import type {
  AdmittedAlert,
  AlertAdmission,
  AlertLog,
  DeliveryRecord,
} from '../../domain/alert-log.ts';
import { oneAtATime } from '../../domain/one-at-a-time.ts';
import { admitAlerts } from './admit-alerts.ts';
import { alertCounts } from './alert-counts.ts';
import { listAlerts, readDelivery, readKeptReport } from './alert-list.ts';
import type { Backend } from './backend.ts';
import type { Write } from './group-commit.ts';
import { mergeIncidents, splitIncident } from './relate-incidents.ts';
import { settleCauses } from './settle-causes.ts';
import { tidyAlerts } from './tidy-alerts.ts';

/** Few enough that a report of something else, which waits for its turn to write, does not notice. */
const ALERTS_AT_ONCE = 100;

/** So few are written together with whatever else there is. */
const FEW = 8;

/** What detectors send, in the same ledger as what becomes of it. */
export function createAlertLog(write: Write, reader: Backend['reader']): AlertLog {
  const many = oneAtATime();
  /** Many are written alone among their like: all deliveries of a flood at once would fill one transaction. */
  const inTurn: Write = (unit) => many(() => write(unit));
  return {
    admit: (delivery, alerts) => admit(alerts.length > FEW ? inTurn : write, delivery, alerts),
    settle: (nowMs) => settleCauses(write, reader, nowMs),
    tidy: (nowMs) => tidyAlerts(write, reader, nowMs),
    list: (filter) => listAlerts(reader, filter),
    counts: () => alertCounts(reader),
    delivery: (sha256) => readDelivery(reader, sha256),
    keptReport: (incidentId, identity) => readKeptReport(reader, incidentId, identity),
    merge: (incidentId, into, linking) =>
      write((writing) => mergeIncidents(writing, incidentId, into, linking)),
    split: (incidentId, identity, alert, linking) =>
      write((writing) => splitIncident(writing, { incidentId, identity }, alert, linking)),
  };
}

/** Part by part: what of a delivery is written stays so, and is a repeat when the sender brings it again. */
async function admit(
  write: Write,
  delivery: DeliveryRecord,
  alerts: readonly AlertAdmission[],
): Promise<AdmittedAlert[]> {
  const admitted: AdmittedAlert[] = [];
  for (let from = 0; from < alerts.length; from += ALERTS_AT_ONCE) {
    const part = alerts.slice(from, from + ALERTS_AT_ONCE);
    admitted.push(...(await write((writing) => admitAlerts(writing, delivery, part))));
  }
  return admitted;
}
