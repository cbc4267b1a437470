import type { BreakerProgress } from './breaker.ts';
import type { IncidentEvent } from './events.ts';
import type { Incident } from './incident-record.ts';

type EventOf<T extends IncidentEvent['type']> = Extract<IncidentEvent, { type: T }>;

const WAITING = { state: 'waiting', decided_at: '', decided_by: '' } as const;

/** Each action is held once: a repeat changes nothing. */
export function hold(
  breaker: BreakerProgress = { held: [] },
  { actions, decide_by }: EventOf<'breaker_held'>,
): BreakerProgress {
  const known = new Set(breaker.held.map(({ action }) => action));
  const added = actions
    .filter((action) => !known.has(action))
    .map((action) => ({ action, ...WAITING, decide_by }));
  return { held: [...breaker.held, ...added] };
}

/** One word is about all that wait. What is left undone says so, and by whose word. */
export function decideHeld(
  incident: Incident,
  { verdict, by }: EventOf<'decided'>,
  at: string,
): Incident {
  const { breaker, containment_actions } = incident;
  if (breaker === undefined) return incident;
  const state = verdict === 'approve' ? 'approved' : 'declined';
  const waiting = breaker.held.filter((held) => held.state === 'waiting');
  const names = new Set(waiting.map(({ action }) => action));
  const held = breaker.held.map((step): BreakerProgress['held'][number] =>
    names.has(step.action) ? { ...step, state, decided_at: at, decided_by: by } : step,
  );
  if (verdict === 'approve') return { ...incident, breaker: { held } };
  const said = { reason: 'declined', detail: `${by} has declined it`, at };
  const actions = containment_actions.map((step) =>
    names.has(step.action) ? { ...step, ...said } : step,
  );
  return { ...incident, breaker: { held }, containment_actions: actions };
}
