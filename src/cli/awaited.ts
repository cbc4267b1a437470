import {
  awaitedByBreaker,
  awaitedByPlaybook,
  type AwaitedStep,
} from '../domain/awaited-by-playbook.ts';
import type { Command } from '../domain/ceremony.ts';
import type { ContainmentAction, Incident } from '../domain/incident-record.ts';
import { isContaining } from '../domain/sla.ts';

/** What an incident waits for next, and from whom. */
export interface Awaited {
  what: string;
  from: string;
  /** What a person would give; null where none is asked, or it is no step of the ceremony. */
  command: Command | null;
  /** The same as it is typed, without the program's name; '' where nothing is. */
  how: string;
}

/** Null where nothing is awaited any more. */
export function awaitedBy(incident: Incident): Awaited | null {
  if (incident.state === 'closed') return null;
  return incident.resolved_at === '' ? beforeResolution(incident) : afterResolution(incident);
}

/** What the incident still keeps contained. A ledger entry is no hold: there is nothing in it to let go. */
export function heldActions(incident: Incident): ContainmentAction[] {
  const free = new Set(['planned', 'released', 'kept', 'manual']);
  return incident.containment_actions.filter((a) => a.target !== 'ledger' && !free.has(a.status));
}

function beforeResolution(incident: Incident): Awaited {
  const [held] = awaitedByBreaker(incident);
  if (held !== undefined) return byPlaybook(held, incident);
  if (isContaining(incident)) return byCordon(`containment: ${unmet(incident)}`);
  if (incident.require_ack && incident.acked_at === '') {
    return byPerson('acknowledgement', 'a person who has reviewed it', 'acknowledge', incident);
  }
  if (incident.require_reattest && incident.re_attested_at === '') {
    const why = incident.attestation_refused;
    const what = why === '' ? 're-attestation' : `re-attestation (last refused: ${why})`;
    return byPerson(what, 'a recovery administrator, and the host', 'reattest', incident);
  }
  const [next] = awaitedByPlaybook(incident);
  if (next !== undefined) return byPlaybook(next, incident);
  const from =
    incident.acked_at === '' ? 'an operator, who thereby acknowledges it' : 'an operator';
  return byPerson('resolution', from, 'resolve', incident);
}

function afterResolution(incident: Incident): Awaited | null {
  const held = heldActions(incident);
  if (held.length > 0) return byCordon(`release of ${held.map((a) => a.action).join(', ')}`);
  if (incident.bundle === null) return byCordon('the signed bundle');
  const [next] = awaitedByPlaybook(incident);
  if (next !== undefined) return byPlaybook(next, incident);
  return incident.require_review ? byPerson('review', 'an operator', 'close', incident) : null;
}

function unmet(incident: Incident): string {
  const unmeasured = incident.containment_actions.filter((a) => a.status !== 'contained');
  return unmeasured.map((a) => `${a.action} on ${a.target} is ${a.status}`).join(', ');
}

function byCordon(what: string): Awaited {
  return { what, from: 'Cordon, which keeps trying', command: null, how: '' };
}

function byPerson(what: string, from: string, command: Command, { id }: Incident): Awaited {
  return { what, from, command, how: `${NAMES[command]} ${id}` };
}

const NAMES = { acknowledge: 'ack', reattest: 'reattest', resolve: 'resolve', close: 'close' };

function byPlaybook({ what, from, by, name }: AwaitedStep, { id }: Incident): Awaited {
  const how = {
    task: `task done ${id} ${name}`,
    decision: `decide ${id} ${name} approve|decline`,
    dismissal: `dismiss ${id}`,
    resolution: `resolve ${id}`,
    review: `review draft ${id}`,
    nobody: '',
  };
  return { what, from, command: by === 'resolution' ? 'resolve' : null, how: how[by] };
}
