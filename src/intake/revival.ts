import { isUnfinished } from '../domain/ceremony.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Pending, Register } from '../domain/ledger.ts';
import type { IncidentInput } from '../domain/messages.ts';
import { incidentEventSchema } from '../domain/events.ts';
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
  const input = inputOf(entries[0]);
  const resumed = { incident: { ...incident, evidence: {} }, told };
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
  const { type: _, evidence: __, ...reported } = event;
  return { ...reported, created_at: first.at };
}
