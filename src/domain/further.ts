import type { Widening } from './events.ts';
import { furtherOf } from './incident.ts';
import type { Incident } from './incident-record.ts';
import type { PlannedAction } from './plan.ts';
import type { Subject } from './report.ts';

/** Of one incident. With many more, its record would not fit into what a run of its workflow hands to the next. */
export const MOST_FURTHER_SUBJECTS = 100;

/** As `nameSchema` has it. */
const LONGEST_NAME = 64;

/** Why an incident takes no further subject. */
export type WideningRefusal =
  'resolved' | 'known_subject' | 'too_many_subjects' | 'host_to_be_proved';

/**
 * Null where the incident may take the further subject. One host proves itself in its ceremony: where that is
 * required, a subject on another host is for an incident of its own.
 */
export function mayWiden(
  incident: Incident,
  { subject }: Pick<Widening, 'subject'>,
): WideningRefusal | null {
  if (incident.resolved_at !== '') return 'resolved';
  const further = furtherOf(incident);
  if ([incident.subject, ...further].some((known) => isSameSubject(known, subject)))
    return 'known_subject';
  if (further.length >= MOST_FURTHER_SUBJECTS) return 'too_many_subjects';
  if (incident.require_reattest && hostOf(subject) !== hostOf(incident.subject)) {
    return 'host_to_be_proved';
  }
  return null;
}

/**
 * True for an action on a host that has not proved itself, where the course requires proof: Cordon must not undo it.
 * The course came to require it when the incident already had subjects on several hosts.
 */
export function isUnproved(
  { require_reattest, re_attested_at, attestation, subject }: Incident,
  { on }: Pick<PlannedAction, 'on'>,
): boolean {
  if (on === undefined || !require_reattest || !isOnHost(on.subject)) return false;
  const host = hostOf(on.subject);
  if (host === hostOf(subject)) return false;
  // What the report left unnamed has a name in the proof.
  return host === '' || re_attested_at === '' || attestation?.host !== host;
}

/** What is planned of an incident, as far as another plan must know it. */
export type Existing = readonly Pick<PlannedAction, 'action' | 'resource'>[];

/** The widening as the incident can take it: without what it holds already, and each action with a name of its own. */
export function fitted({ subject, actions }: Widening, existing: Existing): Widening {
  const names = new Set(existing.map(({ action }) => action));
  const held = new Set(existing.map(({ resource }) => resource));
  const added: PlannedAction[] = [];
  for (const planned of actions) {
    if (held.has(planned.resource)) continue;
    const taken = names.has(planned.action);
    const action = taken ? freeName(planned.on?.action ?? planned.action, names) : planned.action;
    names.add(action);
    held.add(planned.resource);
    added.push({ ...planned, action });
  }
  return { subject, actions: added };
}

/** `freeze_agent_2` and so on, the first that is free. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number += 1) {
    const ending = `_${number}`;
    const free = `${name.slice(0, LONGEST_NAME - ending.length)}${ending}`;
    if (!taken.has(free)) return free;
  }
}

/** A secret, an image or an identity is on no host, and no host's proof says anything about it. */
function isOnHost({ host, container, process, pod, agent }: Subject): boolean {
  return [host, container, process, pod, agent].some((field) => field !== undefined);
}

function hostOf({ host = '' }: Subject): string {
  return host;
}

export function isSameSubject(a: Subject, b: Subject): boolean {
  const named = new Map(Object.entries(a));
  const other = Object.entries(b);
  return named.size === other.length && other.every(([field, value]) => named.get(field) === value);
}
