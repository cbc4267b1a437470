import type { Incident } from './incident-record.ts';
import { epochMs } from './instant.ts';

/** What the breaker holds is decided like a step of a playbook, and under this name: no step may be called so. */
export const BREAKER_STEP = 'breaker';

type Held = NonNullable<Incident['breaker']>['held'][number];

/** The actions that wait for a person, because too much would have been destroyed without one. */
export function awaitingDecision(incident: Incident): Held[] {
  return (incident.breaker?.held ?? []).filter(({ state }) => state === 'waiting');
}

/** True while it may not be taken: nobody has decided, or somebody has declined. */
export function isWithheld(incident: Incident, action: string): boolean {
  return heldOf(incident, action) !== undefined && !isPassed(incident, action);
}

/** True where a person has said that it be taken: the breaker is not asked again. */
export function isPassed(incident: Incident, action: string): boolean {
  return heldOf(incident, action)?.state === 'approved';
}

/** True where a person has said that it be left undone. */
export function isDeclined(incident: Incident, action: string): boolean {
  return heldOf(incident, action)?.state === 'declined';
}

/** By when the first of them is to be decided, epoch ms; null where nothing waits. */
export function decisionDueMs(incident: Incident): number | null {
  const due = awaitingDecision(incident).map(({ decide_by }) => epochMs(decide_by));
  return due.length === 0 ? null : Math.min(...due);
}

function heldOf({ breaker }: Incident, name: string): Held | undefined {
  return breaker?.held.find(({ action }) => action === name);
}
