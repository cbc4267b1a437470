import { ActivityFailure, ApplicationFailure, condition } from '@temporalio/workflow';
import { isProved, refusal, type Command } from '../src/domain/ceremony.ts';
import type { Attestation, Dismissal } from '../src/domain/events.ts';
import type { CommandAnswer, PersonCommand } from '../src/domain/messages.ts';
import { aboutOneself, isAbout } from '../src/domain/orders.ts';
import { approversOf, isApproved } from '../src/domain/approval.ts';
import { DISMISS_STEP, RESOLVE_STEP } from '../src/domain/progress.ts';
import { noted, proofs } from './effects.ts';
import { check } from './stages/check.ts';
import type { Story } from './story.ts';

/** The gate: throws the refusal, with its code, where the command may not proceed now. */
export function mayProceed(story: Story, command: Command): void {
  const refused = refusal(story.incident, command, Date.now());
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused.message, refused.code);
}

/** A person has reviewed the incident as it stands: bound to its containment, and void when that changes. */
export async function acknowledge(story: Story, person: PersonCommand): Promise<CommandAnswer> {
  await story.attempted();
  mayProceed(story, 'acknowledge');
  if (story.incident.acked_at === '') {
    const { binding } = story.incident;
    const { claim, note, by } = person;
    story.tell({ type: 'acknowledged', by, claim, note, binding }, by);
  }
  // A repeat too is answered only when the ledger has what the first one said.
  await story.written();
  return { status: 'acknowledged' };
}

/** The host proves itself now, for this containment. One proof at a time; a refused one leaves the gate shut. */
export async function reattest(story: Story, person: PersonCommand): Promise<CommandAnswer> {
  await story.attempted();
  await story.dated;
  await condition(() => !story.attesting, '3m');
  mayProceed(story, 'reattest');
  if (isProved(story.incident, Date.now())) return { status: 're-attestation recorded' };
  story.attesting = true;
  try {
    await attest(story, person);
  } finally {
    story.attesting = false;
  }
  return { status: 're-attestation recorded' };
}

async function attest(story: Story, person: PersonCommand): Promise<void> {
  const { id, binding, contained_at, subject, reset_count } = story.incident;
  const facts = { incident_id: id, class: story.incident.class, host: subject.host ?? '' };
  const request = { ...facts, binding, reset_count };
  const outcome = await prove(request, `re-attestation asked for by ${person.by}`);
  mayProceed(story, 'reattest');
  // What was lost and regained meanwhile is bound to the same values, and yet another containment.
  const same = story.incident.binding === binding && story.incident.contained_at === contained_at;
  const verdict = same ? outcome : { ...outcome, ...VOID };
  story.tell({ type: 'attestation', ...verdict, by: person.by, binding }, person.by);
  await story.written();
  if (!verdict.accepted) {
    const message = `The attestation was refused: ${verdict.reason}. ${verdict.detail}`;
    throw ApplicationFailure.nonRetryable(message, 'attestation_refused');
  }
}

const VOID = { accepted: false, reason: 'binding_changed', expires_at: '' } as const;

async function prove(
  request: Parameters<typeof proofs.attest>[0],
  summary: string,
): Promise<Attestation> {
  try {
    return await proofs.attest.executeWithOptions({ summary }, [request]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const message = `The attestor gave no answer: ${error.cause?.message ?? error.message}`;
    throw ApplicationFailure.nonRetryable(message, 'attestor_unavailable');
  }
}

/** Opens the gate, once recovery is proved. The release that follows is the story's own. */
export async function resolve(story: Story, person: PersonCommand): Promise<CommandAnswer> {
  await story.attempted();
  mayProceed(story, 'resolve');
  await doubt(story);
  mayProceed(story, 'resolve');
  await check(story);
  mayProceed(story, 'resolve');
  return open(story, person);
}

/** One person opens the gate, or the second of two, where the playbook takes two. */
export async function open(
  story: Story,
  person: PersonCommand,
  dismissal?: Dismissal,
): Promise<CommandAnswer> {
  if (!story.resolved) {
    const step = dismissal === undefined ? RESOLVE_STEP : DISMISS_STEP;
    if (!isSeconded(story, person, step)) {
      await story.written();
      return { status: 'waiting for a second person' };
    }
    const { by, note } = person;
    story.tell({ type: 'resolved', by, note, ...(dismissal && { dismissal }) }, by);
  }
  // The release writes it, when the engine has this command and cannot lose it any more.
  await story.known();
  return { status: dismissal === undefined ? 'resolved' : 'dismissed' };
}

/** Tells that the person would open it, once, where that is not for one alone; true where it is enough now. */
function isSeconded(story: Story, { by, claim, note }: PersonCommand, step: string): boolean {
  const { playbook, binding } = story.incident;
  if (playbook === undefined) return true;
  if (isAbout(story.incident, by)) {
    const { message, code } = aboutOneself(by);
    throw ApplicationFailure.nonRetryable(message, code);
  }
  const needed = playbook.plan.resolve;
  if (needed.persons === 1) return true;
  const asked = { step, binding, atMs: Date.now() };
  if (!approversOf(playbook.decisions, asked, needed).has(by)) {
    story.tell({ type: 'decided', by, claim, note, step, verdict: 'approve', binding }, by);
  }
  const { decisions } = story.incident.playbook ?? playbook;
  return isApproved(decisions, asked, needed);
}

/** What has happened to the host since it proved itself, the proof says nothing about. */
async function doubt(story: Story): Promise<void> {
  const { id, re_attested_at: since, attestation } = story.incident;
  // The word of an attestor has never been asked about this, in no earlier run either.
  if (story.resolved || since === '' || attestation?.proof !== 'tpm_quote') return;
  const request = { incident_id: id, host: attestation.host, since };
  const newer = await noted.newerIncident(request);
  if (newer === '' || story.resolved || story.incident.re_attested_at !== since) return;
  story.tell({ type: 'attestation_doubted', incident_id: newer });
  await story.written();
}

/** Ends the review. */
export async function close(story: Story, person: PersonCommand): Promise<CommandAnswer> {
  if (!story.closed) {
    story.tell({ type: 'closed', by: person.by, note: person.note }, person.by);
  }
  await story.written();
  return { status: 'closed' };
}
