import type { Occurrence } from '../src/domain/escalation.ts';
import type {
  EscalateSignal,
  LostSignal,
  PersonCommand,
  SignedSignal,
} from '../src/domain/messages.ts';

// Whoever can reach Temporal can send any value at all, and a handler that throws for one would stop its workflow.

export function isPersonCommand(given: unknown): given is PersonCommand {
  return has(given, { by: 'string', claim: 'string', note: 'string' });
}

export function isSignedSignal(given: unknown): given is SignedSignal {
  return has(given, { token: 'string', note: 'string' });
}

export function isEscalateSignal(given: unknown): given is EscalateSignal {
  return has(given, { count: 'number' });
}

export function isLostSignal(given: unknown): given is LostSignal {
  return has(given, { action: 'string', detail: 'string' });
}

export function isOccurrence(given: unknown): given is Occurrence {
  const numbers = { at_ms: 'number', threshold: 'number', window_ms: 'number' } as const;
  return has(given, { incident_id: 'string', ...numbers });
}

function has(given: unknown, members: Record<string, 'string' | 'number'>): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const values = new Map(Object.entries(given));
  return Object.entries(members).every(([name, type]) => typeof values.get(name) === type);
}
