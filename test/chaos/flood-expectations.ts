import { type FloodAlert, type FloodClass, WINDOWS } from './falco-flood.ts';

/** Alerts further apart than this begin another incident: `joins_within` of the shipped policy. */
const JOINS_WITHIN_MS = 60 * 60_000;

/** What one incident is to hold. */
export interface ExpectedIncident {
  class: FloodClass;
  subject: string;
  alerts: FloodAlert[];
}

/** By cause, and in outbreaks that lie further apart than alerts of one incident may. */
export function expectedIncidents(alerts: readonly FloodAlert[]): ExpectedIncident[] {
  const causes = Map.groupBy(alerts, ({ class: ofClass, subject }) => `${ofClass} ${subject}`);
  return [...causes.values()].flatMap((cause) => {
    const [{ class: ofClass, subject } = { class: '' as const, subject: '' }] = cause;
    if (ofClass === '') return [];
    return outbreaks(cause).map((outbreak) => ({ class: ofClass, subject, alerts: outbreak }));
  });
}

function outbreaks(cause: readonly FloodAlert[]): FloodAlert[][] {
  const found: FloodAlert[][] = [];
  let lastMs = -Infinity;
  for (const alert of cause.toSorted((a, b) => a.at_ms - b.at_ms)) {
    if (alert.at_ms > lastMs + JOINS_WITHIN_MS) found.push([]);
    found.at(-1)?.push(alert);
    lastMs = alert.at_ms;
  }
  return found;
}

/** Those of which an alert came when the window of its class, (t - window, t], held the threshold: a plain count. */
export function escalating(expected: readonly ExpectedIncident[]): ExpectedIncident[] {
  return Object.entries(WINDOWS).flatMap(([ofClass, { threshold, window_ms }]) => {
    const incidents = expected.filter((incident) => incident.class === ofClass);
    const instants = incidents.flatMap(({ alerts }) => alerts.map(({ at_ms }) => at_ms));
    const isFull = (t: number) =>
      instants.filter((at) => at > t - window_ms && at <= t).length >= threshold;
    return incidents.filter(({ alerts }) => alerts.some(({ at_ms }) => isFull(at_ms)));
  });
}
