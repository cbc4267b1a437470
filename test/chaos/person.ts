import { type Incident, incidentRecordSchema } from '../../src/domain/incident-record.ts';
import { pause } from '../support/processes.ts';
import { call } from './api.ts';

const AGAIN_AFTER_MS = 250;
const PATIENCE_MS = 150_000;

/** What the person does next about an incident; null when nothing is left to do. */
type Step = { path: string; body: object } | null;

/** Takes an incident through its ceremony to the end. What got no answer is said again, whatever the register shows. */
export async function recover(place: { home: string; url: string }, id: string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let last = 'nothing';
  let unanswered: Step = null;
  while (performance.now() < giveUpAt) {
    const seen = await call(place, 'admin', 'GET', `/api/v1/incidents/${id}`);
    if (seen.status === 200) {
      const step: Step = unanswered ?? nextStep(incidentRecordSchema.parse(seen.body));
      if (step === null) return;
      const { status, body } = await call(place, 'admin', 'POST', step.path, { body: step.body });
      last = `${step.path} ${status} ${JSON.stringify(body)}`;
      // Refusals, lost connections and engines that are away all pass; a bug of ours does not.
      if (![0, 200, 409, 503].includes(status)) throw new Error(`${id}: ${last}`);
      unanswered = status === 0 || status === 503 ? step : null;
      if (status === 200) continue;
    }
    await pause(AGAIN_AFTER_MS);
  }
  throw new Error(`${id} could not be recovered; the last answer was ${last}`);
}

function nextStep(incident: Incident): Step {
  const { id } = incident;
  if (incident.resolved_at !== '') {
    if (!incident.require_review || incident.closed_at !== '') return null;
    return { path: '/api/v1/incidents/close', body: { id, note: 'reviewed' } };
  }
  if (incident.require_ack && incident.acked_at === '') {
    return { path: '/api/v1/recovery/ack', body: { incident_id: id } };
  }
  if (incident.require_reattest && incident.re_attested_at === '') {
    return { path: '/api/v1/recovery/reattest', body: { incident_id: id } };
  }
  return { path: '/api/v1/incidents/resolve', body: { id } };
}
