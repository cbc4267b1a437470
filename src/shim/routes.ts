import type { Route } from './route.ts';
import { acknowledge } from './routes/acknowledge.ts';
import { alertCounts } from './routes/alert-counts.ts';
import { alertDelivery } from './routes/alert-delivery.ts';
import { alerts, alertsOf } from './routes/alerts.ts';
import { baselineCheck } from './routes/baseline-check.ts';
import { assignTask } from './routes/assign-task.ts';
import { breaker, resetBreaker } from './routes/breaker.ts';
import { close } from './routes/close.ts';
import { completeTask } from './routes/complete-task.ts';
import { decideStep } from './routes/decide-step.ts';
import { dismiss } from './routes/dismiss.ts';
import { docs } from './routes/docs.ts';
import { events } from './routes/events.ts';
import { decryption } from './routes/evidence-decryption.ts';
import { holdEvidence, releaseEvidence } from './routes/evidence-hold.ts';
import { listEvidence } from './routes/evidence-list.ts';
import { evidenceObject } from './routes/evidence-object.ts';
import { extendRetention } from './routes/evidence-retention.ts';
import { forensicExport } from './routes/forensic-export.ts';
import { getIncident } from './routes/get-incident.ts';
import { health } from './routes/health.ts';
import { incidentById } from './routes/incident-by-id.ts';
import { incidentBundle } from './routes/incident-bundle.ts';
import { listAlerts } from './routes/list-alerts.ts';
import { listTasks } from './routes/list-tasks.ts';
import { listIncidents } from './routes/list-incidents.ts';
import { mergeIncidents } from './routes/merge-incidents.ts';
import { metrics } from './routes/metrics.ts';
import { openApi } from './routes/open-api.ts';
import { recoveryAck } from './routes/recovery-ack.ts';
import { recoveryReattest } from './routes/recovery-reattest.ts';
import { recoveryStatus } from './routes/recovery-status.ts';
import { reload } from './routes/reload.ts';
import { report } from './routes/report.ts';
import { resolve } from './routes/resolve.ts';
import { draftReview, signReview } from './routes/review.ts';
import { leaveSafeMode, safeMode } from './routes/safe-mode.ts';
import { signalToken } from './routes/signal-token.ts';
import { splitIncident } from './routes/split-incident.ts';
import { stats } from './routes/stats.ts';
import { timeline } from './routes/timeline.ts';

/** All there is, in the order of the documentation. A fixed path stands before one that would swallow it. */
export function createRoutes(): Route[] {
  const routes: Route[] = [
    health(),
    report,
    listAlerts,
    alerts,
    alertCounts,
    alertsOf,
    alertDelivery,
    listIncidents,
    getIncident,
    acknowledge,
    resolve,
    close,
    mergeIncidents,
    splitIncident,
    incidentById,
    timeline,
    listTasks,
    completeTask,
    assignTask,
    decideStep,
    dismiss,
    draftReview,
    signReview,
    incidentBundle,
    listEvidence,
    extendRetention,
    holdEvidence,
    releaseEvidence,
    evidenceObject,
    decryption,
    stats,
    recoveryStatus,
    recoveryAck,
    recoveryReattest,
    signalToken,
    forensicExport,
    baselineCheck,
    events(),
    breaker,
    resetBreaker,
    safeMode,
    leaveSafeMode,
    reload,
    metrics,
    openApi(() => routes),
    docs(() => routes),
  ];
  return routes;
}
