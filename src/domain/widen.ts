import type { Widening } from './events.ts';
import { freeName, type Existing } from './further.ts';
import { planFor } from './plan-for.ts';
import type { PlannedAction } from './plan.ts';
import type { Policy } from './policy.ts';
import type { Subject } from './report.ts';
import type { Severity } from './severity.ts';

/**
 * What the class does about a further subject of the same fault: pure, like the plan. What the incident holds already
 * is left out, and so is what the ledger carries out: it is said of the incident, once. No name is one of the policy's,
 * which the incident's own subject may still need.
 */
export function wideningFor(
  policy: Policy,
  about: { class: string; severity: Severity; subject: Subject },
  existing: Existing,
): Widening {
  const names = new Set([
    ...existing.map(({ action }) => action),
    ...Object.keys(policy.targets.actions),
  ]);
  const held = new Set(existing.map(({ resource }) => resource));
  const actions: PlannedAction[] = [];
  for (const planned of planFor(policy, about).actions) {
    if (planned.kind === 'ledger' || held.has(planned.resource)) continue;
    const action = freeName(planned.action, names);
    names.add(action);
    held.add(planned.resource);
    actions.push({ ...planned, action, on: { action: planned.action, subject: about.subject } });
  }
  return { subject: about.subject, actions };
}
