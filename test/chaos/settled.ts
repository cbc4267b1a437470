import type { Incident } from '../../src/domain/incident-record.ts';
import { until } from '../support/processes.ts';
import { everyIncident } from './api.ts';
import { targetActions } from './audit.ts';
import type { SeparateParts } from './separate-parts.ts';
import { inLedger, outboxSize } from './stored.ts';

/** A dispatch lease, a dead worker's task and its heartbeats run out in 20 s; the rest is catching up. */
const WITHIN_MS = 90_000;

/** Of what is not done, so much is told. */
const MOST_TOLD = 3;
const MOST_QUOTED = 200;

/** The incidents, once all that was to be done without a person is done. Throws with what is not. */
export async function settled(parts: SeparateParts): Promise<Incident[]> {
  const place = { home: parts.home, url: parts.server.url };
  let incidents: Incident[] = [];
  let before = '';
  let unsettled: string[] = [];
  const isQuiet = async () => {
    incidents = await everyIncident(place);
    unsettled = incidents.filter((incident) => !isDone(incident)).map(({ id }) => id);
    const now = JSON.stringify(incidents.map(({ id, updated_at }) => [id, updated_at]));
    const same = now === before;
    before = now;
    return same && unsettled.length === 0 && outboxSize(parts.home) === 0;
  };
  await until(isQuiet, 'everything is done', WITHIN_MS).catch(async (cause: unknown) => {
    const stories = await Promise.all(unsettled.slice(0, MOST_TOLD).map((id) => story(parts, id)));
    const waiting = `${outboxSize(parts.home)} not started, ${unsettled.length} not done`;
    throw new Error([waiting, ...stories].join('\n'), { cause });
  });
  return incidents;
}

/** What the ledger and the engine know of an incident, for whoever has to find out what it waits for. */
async function story({ home, engine }: SeparateParts, id: string): Promise<string> {
  const sql = 'select at, key, type, body from entries where incident_id = ? order by seq';
  const entries = inLedger(home, sql, id).map(({ at, key, type, body }) => {
    return `  ${at} ${key} ${type} ${String(body).slice(0, MOST_QUOTED)}`;
  });
  const { pendingActivities, pendingWorkflowTask } = await engine.asClient(async (client) => {
    const { raw } = await client.workflow.getHandle(id).describe();
    return raw;
  });
  const events = await engine.asClient(async (client) => {
    const history = await client.workflow.getHandle(id).fetchHistory();
    return (history.events ?? []).map(({ eventId, eventType }) => `${eventId}:${eventType}`);
  });
  const pending = JSON.stringify({ pendingActivities, pendingWorkflowTask });
  return [id, ...entries, `  ${pending}`, `  ${events.join(' ')}`].join('\n');
}

function isDone(incident: Incident): boolean {
  const acting = targetActions(incident).length > 0;
  if (incident.resolved_at === '') return !incident.auto_contain || incident.contained_at !== '';
  return incident.bundle !== null && (!acting || incident.released_at !== '');
}
