import type { IncidentEvent } from '../../domain/events.ts';
import { COLLECTORS } from '../../domain/host-capture.ts';
import { planIn } from './plan-in.ts';

/** What stands for all of them where the host gave nothing at all. */
const WHOLE = ['host', 'freeze'];
const ASKED_OF_HOSTS = new Set<string>([...COLLECTORS, ...WHOLE]);

/** Whether the plan has its subject captured from on its host. */
export function isToBeCaptured(events: readonly IncidentEvent[]): boolean {
  return (planIn(events)?.capture.host_ms ?? 0) > 0;
}

/** Whether the host has been captured from, or has given nothing. */
export function isCapturedFrom(events: readonly IncidentEvent[]): boolean {
  return events.some(
    (event) =>
      event.type === 'captured' &&
      [...event.artifacts, ...event.gaps].some(({ collector }) => ASKED_OF_HOSTS.has(collector)),
  );
}

/** Evidence must have been kept of whatever there was to be captured from. */
export function captureProblems(events: readonly IncidentEvent[]): string[] {
  if (!isToBeCaptured(events)) return [];
  const kept = events.some((event) => event.type === 'captured' && event.receipt !== null);
  return kept ? [] : ['no evidence was kept of what runs on its host'];
}
