import type { IncidentEvent } from '../../domain/events.ts';
import type { Occurrence } from '../../domain/escalation.ts';
import { Fault } from '../../domain/fault.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Outbox, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { ObserveSignal } from '../../domain/messages.ts';
import { eventIn } from '../../domain/recorded.ts';
import type { FollowLog } from '../follow/keep-following.ts';
import { missedAlerts } from './missed-alerts.ts';
import { hasStatus } from './unavailable.ts';

/** Incidents that are told at once. */
const AT_ONCE = 8;

/** INVALID_ARGUMENT: what the engine will not take later either. */
const NEVER_TAKEN = [3];

export interface TellDeps {
  register: Pick<Register, 'incident' | 'timeline'>;
  outbox: Pick<Outbox, 'waiting'>;
  /** Tells the class's counter. Repeats are harmless. */
  count(incidentClass: string, occurrences: readonly Occurrence[]): Promise<void>;
  /** Tells the incident's workflow. Repeats are harmless. */
  observe(incidentId: string, seen: ObserveSignal): Promise<'told' | 'no_workflow'>;
  /** Makes an incident of its own of an alert that was brought to one which is over. Repeats are harmless. */
  missed(incidentId: string, alert: string): Promise<void>;
  log: FollowLog;
}

/**
 * True for an entry of which a counter or a workflow must be told; most observations only count. When an incident is
 * resolved, what it was brought and has not taken in is somebody else's.
 */
export function isToBeTold({ type, body }: LedgerEntry): boolean {
  if (type === 'resolved') return true;
  return type === 'observed' && ['counted', 'raises', 'widens'].some((part) => part in body);
}

/**
 * Tells the counters and the workflows all that the entries have for them, the counters first. '' where all were told;
 * else why one could not be: an incident that has no workflow yet keeps no other from being told.
 */
export async function tellObservations(
  deps: TellDeps,
  entries: readonly LedgerEntry[],
): Promise<string> {
  const observations = entries.flatMap(observationIn);
  const incidents = await incidentsOf(deps, observations);
  const waiting = await deps.outbox.waiting([...incidents.keys()]);
  const started = observations.filter(({ incidentId }) => !waiting.includes(incidentId));
  const tellings = [
    ...countings(deps, started, incidents),
    ...signallings(deps, started, incidents),
    ...entries
      .filter(({ type }) => type === 'resolved')
      .map((entry) => () => seeToMissed(deps, entry)),
  ];
  const faults: Fault[] = waiting.slice(0, 1).map(notStarted);
  while (tellings.length > 0 && !faults.some(isAway)) {
    const some = tellings.splice(0, AT_ONCE);
    faults.push(...(await Promise.all(some.map((tell) => attempt(deps, tell)))).flat());
  }
  const [first] = faults;
  return first === undefined ? '' : `${first.code}: ${first.message}`;
}

interface Observation {
  incidentId: string;
  key: string;
  event: Extract<IncidentEvent, { type: 'observed' }>;
}

function observationIn(entry: LedgerEntry): Observation[] {
  const event = eventIn(entry)?.event;
  if (event?.type !== 'observed') return [];
  return [{ incidentId: entry.incident_id, key: entry.key, event }];
}

type Incidents = ReadonlyMap<string, Incident | null>;

async function incidentsOf(
  { register }: Pick<TellDeps, 'register'>,
  observations: readonly Observation[],
): Promise<Incidents> {
  const ids = new Set(observations.map(({ incidentId }) => incidentId));
  const found = new Map<string, Incident | null>();
  for (const id of ids) found.set(id, await register.incident(id));
  return found;
}

type Telling = () => Promise<void>;

/**
 * One for each class, whatever its incidents have come to: what is over still fills the window of others. What has not
 * begun is counted later, for whom a counter escalates it tells once.
 */
function countings(
  deps: Pick<TellDeps, 'count'>,
  observations: readonly Observation[],
  incidents: Incidents,
): Telling[] {
  const counted = observations.filter(({ event }) => event.counted !== undefined);
  const byClass = Map.groupBy(counted, ({ incidentId }) => incidents.get(incidentId)?.class);
  return [...byClass].flatMap(([incidentClass, some]) => {
    if (incidentClass === undefined) return [];
    return [() => deps.count(incidentClass, some.flatMap(occurrencesIn))];
  });
}

function occurrencesIn({ incidentId, key, event }: Observation): Occurrence[] {
  if (event.counted === undefined) return [];
  const { threshold, window_ms, times } = event.counted;
  const about = { incident_id: incidentId, threshold, window_ms };
  return times.map((at_ms, n) => ({ ...about, key: `${incidentId}/${key}/${n}`, at_ms }));
}

/** One for each incident that is not over: its workflow is told in the order of the ledger. */
function signallings(
  deps: TellDeps,
  observations: readonly Observation[],
  incidents: Incidents,
): Telling[] {
  return [...incidents].flatMap(([incidentId, incident]) => {
    if (incident === null || incident.resolved_at !== '') return [];
    const seen = observations.filter((o) => o.incidentId === incidentId).flatMap(signalIn);
    return seen.length === 0 ? [] : [() => signalAll(deps, incidentId, seen)];
  });
}

function signalIn({ key, event: { raises, widens } }: Observation): ObserveSignal[] {
  if (raises === undefined && widens === undefined) return [];
  return [{ key, ...(raises && { raises }), ...(widens && { widens }) }];
}

async function signalAll(
  { register, observe }: TellDeps,
  incidentId: string,
  seen: readonly ObserveSignal[],
): Promise<void> {
  for (const signal of seen) {
    if ((await observe(incidentId, signal)) === 'told') continue;
    const incident = await register.incident(incidentId);
    if (incident === null || incident.resolved_at !== '') return;
    throw notStarted(incidentId);
  }
}

function notStarted(incidentId: string): Fault {
  return new Fault('not_started', `${incidentId} has no workflow yet`, { retryable: true });
}

/** By now its workflow has taken in what it ever will. */
async function seeToMissed(
  { register, missed }: Pick<TellDeps, 'register' | 'missed'>,
  { incident_id }: LedgerEntry,
): Promise<void> {
  for (const alert of await missedAlerts(register, incident_id)) await missed(incident_id, alert);
}

/** What will never be taken must not keep all that follows from being told. */
async function attempt({ log }: Pick<TellDeps, 'log'>, tell: Telling): Promise<Fault[]> {
  try {
    await tell();
    return [];
  } catch (error) {
    if (error instanceof Fault && error.retryable) return [error];
    if (!(error instanceof Fault) && !hasStatus(error, NEVER_TAKEN)) throw error;
    log.warn({ err: error }, 'what an observation brought to light cannot be told');
    return [];
  }
}

function isAway({ code }: Fault): boolean {
  return code === 'engine_unavailable';
}
