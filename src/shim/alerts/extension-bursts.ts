import type { Json } from '../../domain/alert.ts';
import { member, text } from './reading.ts';

/** One denial is a policy that works; several in this time are somebody who tries what is open. */
const WINDOW_MS = 60_000;

/** For each denial, how many its extension has had in the minute up to it, itself included; as far as they came together. */
export function denialBursts(alerts: readonly Json[]): ReadonlyMap<Json, number> {
  const counts = new Map<Json, number>();
  for (const denials of byExtension(alerts).values()) {
    let first = 0;
    for (const [index, { alert, at }] of denials.entries()) {
      while ((denials[first]?.at ?? at) <= at - WINDOW_MS) first++;
      counts.set(alert, index - first + 1);
    }
  }
  return counts;
}

interface Denial {
  alert: Json;
  at: number;
}

/** In the order of time. */
function byExtension(alerts: readonly Json[]): Map<string, Denial[]> {
  const found = new Map<string, Denial[]>();
  for (const alert of alerts) {
    const at = member(alert, 'ts_ms');
    if (member(alert, 'category') !== 'policy_denial' || typeof at !== 'number') continue;
    const extension = text(member(alert, 'extension_id'));
    const denials = found.get(extension) ?? [];
    denials.push({ alert, at });
    found.set(extension, denials);
  }
  for (const denials of found.values()) denials.sort((a, b) => a.at - b.at);
  return found;
}
