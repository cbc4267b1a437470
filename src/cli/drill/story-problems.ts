import { verifyBundle } from '../../evidence/bundle.ts';
import type { IncidentEvent } from '../../domain/events.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { eventIn } from '../../domain/recorded.ts';
import { heldActions } from '../awaited.ts';
import { captureProblems } from './captured-from-host.ts';
import { planIn } from './plan-in.ts';
import type { DrillStep } from './story.ts';

interface Expected {
  step: string;
  /** Where among the events it happened; -1 where it did not. */
  at: number;
  because: boolean;
}

/** What is wrong with the story: a step that is missing, or out of order, or a hold that is still there. */
export function storyProblems(steps: readonly DrillStep[], incident: Incident): string[] {
  const events = steps.flatMap(({ entry }) => eventIn(entry)?.event ?? []);
  const expected = expectedSteps(events, incident).filter((step) => step.because);
  const told = [...missing(expected), ...disordered(expected)];
  return [...told, ...captureProblems(events), ...unfinished(incident)];
}

/** A host that was tampered with must have been refused before it was believed. */
export function tamperingProblems(steps: readonly DrillStep[]): string[] {
  const refused = steps.some(({ entry }) => {
    const event = eventIn(entry)?.event;
    return event?.type === 'attestation' && !event.accepted;
  });
  return refused ? [] : ['the tampered host was never refused: does this class need a proof?'];
}

/** The exported bundle must verify, and hold the incident. */
export async function bundleProblems(bytes: Uint8Array, id: string): Promise<string[]> {
  const verdict = await verifyBundle(bytes, {});
  if (!verdict.valid) return [`the exported bundle does not verify: ${verdict.detail}`];
  return new TextDecoder().decode(bytes).includes(id)
    ? []
    : ['the exported bundle lacks the incident'];
}

/** The story in its order; an escalation may have repeated a step, of which the last one counts. */
function expectedSteps(events: readonly IncidentEvent[], incident: Incident): Expected[] {
  const plan = planIn(events);
  const freezes = new Set(plan?.actions.filter((a) => a.freeze).map((a) => a.action));
  const undoes = incident.containment_actions.some((a) => a.target !== 'ledger');
  const captures = (plan?.capture.targets.length ?? 0) > 0;
  const first = (is: (event: IncidentEvent) => boolean) => events.findIndex(is);
  const last = (is: (event: IncidentEvent) => boolean) => events.findLastIndex(is);
  return [
    { step: 'reported', at: first(type('reported')), because: true },
    { step: 'frozen', at: first((e) => freezesBy(e, freezes)), because: freezes.size > 0 },
    { step: 'captured', at: first(type('captured')), because: captures },
    { step: 'contained', at: last(type('contained')), because: incident.auto_contain },
    { step: 'acknowledged', at: last(type('acknowledged')), because: incident.require_ack },
    { step: 're-attested', at: last(attested), because: incident.require_reattest },
    { step: 'resolved', at: last(type('resolved')), because: true },
    { step: 'released', at: last(type('released')), because: undoes },
    { step: 'sealed', at: last(type('sealed')), because: true },
    { step: 'closed', at: last(type('closed')), because: incident.require_review },
  ];
}

function type(name: IncidentEvent['type']): (event: IncidentEvent) => boolean {
  return (event) => event.type === name;
}

function attested(event: IncidentEvent): boolean {
  return event.type === 'attestation' && event.accepted;
}

function freezesBy(event: IncidentEvent, freezes: ReadonlySet<string>): boolean {
  if (event.type === 'reflex') return event.applied && freezes.has(event.action);
  return (
    event.type === 'action' &&
    event.result.status === 'contained' &&
    freezes.has(event.result.action)
  );
}

function missing(expected: readonly Expected[]): string[] {
  return expected.filter(({ at }) => at === -1).map(({ step }) => `it was never ${step}`);
}

function disordered(expected: readonly Expected[]): string[] {
  const seen = expected.filter(({ at }) => at !== -1);
  return seen.flatMap(({ step, at }, i) => {
    const before = seen[i - 1];
    return before === undefined || before.at < at
      ? []
      : [`it was ${step} before it was ${before.step}`];
  });
}

function unfinished(incident: Incident): string[] {
  const held = heldActions(incident).map((a) => `${a.action} on ${a.target} is still ${a.status}`);
  const end = incident.require_review ? 'closed' : 'resolved';
  return incident.state === end ? held : [...held, `it is ${incident.state} and not ${end}`];
}
