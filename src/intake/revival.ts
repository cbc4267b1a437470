import { isUnfinished } from '../domain/ceremony.ts';
import { courseAfter, courseOf, hasLeftItsPlan } from '../domain/course.ts';
import { mayWiden } from '../domain/further.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Pending, Register } from '../domain/ledger.ts';
import type { IncidentInput, ObserveSignal, Resumed } from '../domain/messages.ts';
import { incidentEventSchema } from '../domain/events.ts';
import type { Course, Plan } from '../domain/plan.ts';
import { eventIn } from '../domain/recorded.ts';
import { severityRank } from '../domain/severity.ts';
import { isTold } from '../domain/thread.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Log } from './log.ts';

/** How often workflows that were ended from outside are looked for. */
const PATROL_EVERY_MS = 15_000;

export interface Revival {
  /** Gives the incident a new workflow where it is unfinished; resolves true where it is. */
  revive(incidentId: string): Promise<boolean>;
  stop(): void;
}

export interface RevivalDeps {
  register: Pick<Register, 'incident' | 'timeline'>;
  dispatcher: Dispatcher;
  /** The runs that were terminated or have failed, as [incident id, run id]. */
  endedFromOutside(): AsyncIterable<readonly [string, string]>;
  log: Log;
}

/**
 * A workflow that somebody terminated leaves its containment in force and nobody to open it. The ledger knows what
 * happened, so a new run goes on from there.
 */
export function startRevival(deps: RevivalDeps): Revival {
  const seen = new Set<string>();
  const patrol = async () => {
    try {
      for await (const [incidentId, runId] of deps.endedFromOutside()) {
        if (seen.has(runId)) continue;
        // One that cannot be revived now is tried again, and keeps no other from it.
        if (await isSeenTo(deps, incidentId)) seen.add(runId);
      }
    } catch (error) {
      deps.log.warn({ err: error }, 'ended workflows could not be looked for');
    }
  };
  const timer = setInterval(() => void patrol(), PATROL_EVERY_MS);
  return { revive: (id) => revive(deps, id), stop: () => clearInterval(timer) };
}

async function isSeenTo(deps: RevivalDeps, incidentId: string): Promise<boolean> {
  try {
    await revive(deps, incidentId);
    return true;
  } catch (error) {
    deps.log.error({ incident: incidentId, err: error }, 'its workflow could not be revived');
    return false;
  }
}

async function revive(deps: RevivalDeps, incidentId: string): Promise<boolean> {
  const incident = await deps.register.incident(incidentId);
  if (incident === null || !isUnfinished(incident)) return false;
  const entries = await deps.register.timeline(incidentId);
  const told = entries.filter(({ key }) => isTold(key)).length;
  const input = { ...inputOf(entries[0]), ...unheard(incident, entries) };
  const resumed: Resumed = { incident: { ...incident, evidence: {} }, told };
  if (hasLeftItsPlan(incident)) resumed.course = courseIn(input.plan, entries);
  const pending: Pending = {
    // Where no run has told anything, the story begins at its beginning.
    input: told === 0 ? input : { ...input, resumed },
    severity: incident.severity,
  };
  deps.dispatcher.offer(pending);
  deps.log.warn(
    { incident: incidentId },
    'an unfinished incident has no workflow; it gets a new one',
  );
  return true;
}

function inputOf(first: LedgerEntry | undefined): IncidentInput {
  const event = incidentEventSchema.parse({ type: first?.type, ...first?.body });
  if (first === undefined || event.type !== 'reported') {
    throw new TypeError('the first entry of an incident is its report');
  }
  const { type: _, evidence: __, alert: ___, ...reported } = event;
  return { ...reported, created_at: first.at };
}

/** The plan, and what the runs before have added to it. */
function courseIn(plan: Plan, entries: readonly LedgerEntry[]): Course {
  const changes = entries.filter(({ type }) => CHANGES_OF_COURSE.has(type));
  const events = changes.flatMap((entry) => eventIn(entry)?.event ?? []);
  return events.reduce(courseAfter, courseOf(plan, { escalated_at: '' }));
}

const CHANGES_OF_COURSE: ReadonlySet<string> = new Set(['escalated', 'raised', 'widened']);

/** What further alerts have brought to light, of which no run has told: the one that was signalled may have been ended. */
function unheard(
  incident: Incident,
  entries: readonly LedgerEntry[],
): Pick<IncidentInput, 'observed'> {
  const observed = entries
    .filter(({ type, body }) => type === 'observed' && ('raises' in body || 'widens' in body))
    .flatMap(signalIn)
    .filter((signal) => isNews(incident, signal));
  return observed.length === 0 ? {} : { observed };
}

function signalIn(entry: LedgerEntry): ObserveSignal[] {
  const event = eventIn(entry)?.event;
  if (event?.type !== 'observed') return [];
  const { raises, widens } = event;
  return [{ key: entry.key, ...(raises && { raises }), ...(widens && { widens }) }];
}

function isNews(incident: Incident, { raises, widens }: ObserveSignal): boolean {
  if (incident.resolved_at !== '') return false;
  const isMoreSevere = raises && severityRank(raises.severity) > severityRank(incident.severity);
  return (
    isMoreSevere === true ||
    (widens !== undefined && mayWiden(incident, widens) !== 'known_subject')
  );
}
