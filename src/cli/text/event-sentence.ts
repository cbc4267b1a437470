import type { ActionResult, IncidentEvent } from '../../domain/events.ts';
import { subjectLine } from './alert-facts.ts';
import { playbookSentence } from './playbook-sentence.ts';
import { proofOf } from './proof.ts';
import { duration } from './time.ts';
import { counted } from './counted.ts';
import { triageLine } from './triage-line.ts';

/** What happened, as the line of a timeline says it after the event's name. */
export function eventSentence(event: IncidentEvent): string {
  switch (event.type) {
    case 'reported':
      return `${event.class}, ${event.plan.severity}, by ${event.source}: ${event.description}${triaged(event)}`;
    case 'reflex':
      return `${event.action} on ${event.target} ${reflexOutcome(event.applied, event.detail)} (${duration(event.took_ms)})`;
    case 'escalated':
      return `${event.from} → ${event.course.severity}: ${event.count} of the class in its window`;
    case 'observed':
      return seenAgain(event);
    case 'corroborated':
      return `${event.verdict} by ${event.witness}: ${event.reason}`;
    case 'raised':
      return `${event.from} → ${event.course.severity}: an alert of the same cause is more severe`;
    case 'widened':
      return `also about ${subjectLine(event.subject)}`;
    case 'merged':
      return `merged ${event.way} ${event.other} ${by(event.by, event.reason)}`;
    case 'split':
      return `split ${event.way} ${event.other} ${by(event.by, event.reason)}`;
    case 'action':
      return measured(event.result);
    case 'captured':
      return captured(event);
    case 'timestamped':
      return `manifest ${event.manifest.slice(0, 12)}… was there at ${event.time}, says ${event.authority}`;
    case 'custody':
      return touched(event);
    case 'evidence_gate':
      return gated(event.decision, event.actions, event.reason);
    case 'breaker_held':
      return `${event.actions.join(', ')} waits for a person until ${event.decide_by}: ${event.reason}`;
    case 'contained':
      return 'every action was measured to be in force';
    case 'containment_failed':
      return `${event.failing.map(measured).join('; ') || 'an action is not in force'}; still trying`;
    case 'acknowledged':
      return by(event.by, event.note);
    case 'attestation':
      return attested(event);
    case 'attestation_expired':
      return 'the proof was not used in time: the host must prove itself again';
    case 'attestation_doubted':
      return `${event.incident_id} is newer than the proof: the host must prove itself again`;
    case 'echoed':
      return `${event.source} reports the same, because it was asked: ${event.description}`;
    case 'sla_breached':
      return `${event.stage} was due at ${event.due_at}${event.times > 1 ? `, told ${event.times} times` : ''}`;
    case 'resolved':
      return event.dismissal
        ? `${by(event.by, event.note)}; a false positive: ${event.dismissal.reason}`
        : by(event.by, event.note);
    case 'closed':
      return by(event.by, event.note);
    case 'released':
      return event.results.map(measured).join('; ');
    case 'sealed':
      return `signed bundle ${event.bundle.sha256.slice(0, 12)}…, ${event.bundle.size} bytes`;
    case 'alert':
      return alerted(event);
    case 'scoped':
    case 'scope_unknown':
    case 'decided':
    case 'engaged':
    case 'task_assigned':
    case 'task_done':
    case 'checked':
    case 'watch_began':
    case 'watch_over':
    case 'reviewed':
    case 'reopened':
      return playbookSentence(event);
  }
}

type EventOf<T extends IncidentEvent['type']> = Extract<IncidentEvent, { type: T }>;

function triaged({ triage }: EventOf<'reported'>): string {
  return triage === undefined ? '' : ` (${triageLine(triage)})`;
}

function seenAgain({ count, source, description, last_at }: EventOf<'observed'>): string {
  if (description !== undefined) return `${source} reports it again: ${description}`;
  return `${source} reported it ${counted(count, 'more time')}, the last of ${last_at}; too fast to be told singly`;
}

function alerted({ message, to }: EventOf<'alert'>): string {
  if (to === undefined) return message;
  const whom = to.persons.length === 0 ? 'but nobody has this role' : to.persons.join(', ');
  return `${message}; to the ${to.role}, ${whom}`;
}

type Measured = Pick<ActionResult, 'action' | 'target' | 'detail'> & { status: string };

function measured({ action, target, status, detail }: Measured): string {
  return `${action} on ${target}: ${status}${detail === '' ? '' : ` (${detail})`}`;
}

function reflexOutcome(applied: boolean, detail: string): string {
  if (applied) return 'applied at once';
  return `could not be applied at once${detail === '' ? '' : `: ${detail}`}`;
}

const DONE: Readonly<Record<EventOf<'custody'>['touch'], string>> = {
  read: 'read',
  export: 'exported',
  decryption: 'decrypted',
  extension: 'to be kept longer',
  hold: 'put under legal hold',
  hold_released: 'released from legal hold',
  marked: 'marked: their time is over',
  unmarked: 'no longer marked',
  removing: 'about to be removed',
  removed: 'removed, a tombstone in their place',
};

function touched({ touch, who, what, until, why }: EventOf<'custody'>): string {
  const objects = counted(what.length, 'object');
  const to = until === '' ? '' : `, until ${until}`;
  return `${objects} ${DONE[touch]}${to}, ${by(who.name, why)}`;
}

function gated(decision: 'hold' | 'proceed', actions: readonly string[], reason: string): string {
  const what = decision === 'hold' ? 'held until evidence is kept' : 'taken without evidence';
  return `${actions.join(', ')} ${what}: ${reason}`;
}

/** The count itself would mislead: outside the endorsement hierarchy a TPM shifts it for each key. */
function captured({ artifacts, gaps, reset_count, short_of }: EventOf<'captured'>): string {
  const kept = `${counted(artifacts.length, 'artifact')} kept`;
  const quoted = reset_count === null ? '' : ', the TPM was quoted';
  const missing = gaps.map(({ collector, reason }) => `${collector} (${reason})`).join(', ');
  const told = `${kept}${quoted}${missing === '' ? '' : `, missing: ${missing}`}`;
  return short_of === undefined ? told : `${told}; not enough to destroy anything`;
}

function attested(event: EventOf<'attestation'>): string {
  const beside = event.attestor_says === '' ? '' : `; its own attestor says ${event.attestor_says}`;
  if (event.accepted) return `accepted, ${proofOf(event)}, asked for by ${event.by}${beside}`;
  return `refused: ${event.reason}${event.detail === '' ? '' : ` (${event.detail})`}${beside}`;
}

function by(person: string, note: string): string {
  return `by ${person}${note === '' ? '' : `: ${note}`}`;
}
