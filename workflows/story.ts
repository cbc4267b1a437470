import {
  allHandlersFinished,
  condition,
  continueAsNew,
  upsertSearchAttributes,
  workflowInfo,
  type CancellationScope,
} from '@temporalio/workflow';
import type { IncidentFacts } from '../src/domain/activities.ts';
import type { EvidenceGate, EvidenceReceipt } from '../src/domain/evidence-receipt.ts';
import type { IncidentEvent, RecordedEvent } from '../src/domain/events.ts';
import { courseAfter, courseOf, hasLeftItsPlan } from '../src/domain/course.ts';
import { apply, open } from '../src/domain/incident.ts';
import type { Incident } from '../src/domain/incident-record.ts';
import type { IncidentInput, Resumed } from '../src/domain/messages.ts';
import type { Course } from '../src/domain/plan.ts';
import type { Subject } from '../src/domain/report.ts';
import { nextThread, toldKey } from '../src/domain/thread.ts';
import { commanded, noted } from './effects.ts';
import { showToOperators, stateAttributes } from './operator-view.ts';
import { Turns } from './turns.ts';

/** The actor of what happens without a person. */
export const CORDON = 'cordon';

/** Longer than any first attempt at containment may take: a command waits this long for its result at most. */
const SETTLE_PATIENCE = '2m';

/** More would take the workers from other incidents; fewer would keep the last of them waiting. */
const MOST_CAPTURED_AT_ONCE = 8;

/**
 * The incident as its workflow knows it. What happens is told as events: folded here at once, and written to the
 * ledger in the same order, several at a time.
 */
export class Story {
  readonly input: IncidentInput;
  incident: Incident;
  /** True once every planned action has been tried. */
  settled = false;
  /** True while the host is being asked to prove itself: one proof at a time. */
  attesting = false;
  /** Resolves when the host has been captured from, or has not. */
  capturing: Promise<void> = Promise.resolve();
  /** By subject, each resolves when its destructive steps are no longer waited with. */
  readonly destroying = new Map<string, Promise<void>>();
  /** Of further subjects so many are captured from at once: a fault may have struck dozens. */
  readonly capturingFurther = new Turns(MOST_CAPTURED_AT_ONCE);
  /** Resolves when it is known, or will not be, what the host's TPM had counted at containment. */
  dated: Promise<void> = Promise.resolve();
  /** True when nothing more is to come. */
  over = false;
  /** The actions of which a first attempt is under way, by name: nobody begins another. */
  readonly trying = new Set<string>();
  /** The actions that are being tried again and again, by name. */
  readonly retries = new Map<string, { scope: CancellationScope; over: Promise<void> }>();
  readonly #receipts = new Map<string, EvidenceReceipt>();
  readonly #unwritten: RecordedEvent[] = [];
  #writing: Promise<void> = Promise.resolve();
  #course: Course;
  #told: number;
  #written: number;
  #thread = '';
  #shown = '';

  constructor(input: IncidentInput) {
    this.input = input;
    this.incident = input.resumed?.incident ?? open(reported(input));
    this.#course = input.resumed?.course ?? courseOf(input.plan, this.incident);
    this.#told = input.resumed?.told ?? 0;
    this.#written = this.#told;
    this.settled = input.resumed !== undefined;
  }

  /** The plan, and what has been added to it by whatever was told since. */
  get course(): Course {
    return this.#course;
  }

  get facts(): IncidentFacts {
    const { id, severity, description, subject } = this.incident;
    return { incident_id: id, class: this.incident.class, severity, reason: description, subject };
  }

  /** What a step that destroys evidence of its subject may rely on; null while there is nothing. Absent: the own one. */
  evidenceOf(further?: Subject): EvidenceGate | null {
    const receipt = this.receiptOf(further);
    if (receipt !== null) return { receipt };
    // An incident of an earlier version does not know of it.
    const { evidence_waived } = this.incident;
    return evidence_waived ? { without: evidence_waived } : null;
  }

  /** Of a further subject only in the run that has captured from it: another captures again before it destroys. */
  receiptOf(further?: Subject): EvidenceReceipt | null {
    if (further === undefined) return this.incident.evidence_receipt ?? null;
    return this.#receipts.get(nameOf(further)) ?? null;
  }

  get resolved(): boolean {
    return this.incident.resolved_at !== '';
  }

  get closed(): boolean {
    return this.incident.state === 'closed';
  }

  tell(event: IncidentEvent, actor = CORDON): void {
    this.#told += 1;
    this.#thread = nextThread(this.#thread, event);
    // A reset replays into another run, whose events are not those of the run before. And a task that is lost with its
    // worker after it has written is done again with whatever came meanwhile: what it then tells is not a repeat.
    const key = toldKey(workflowInfo().runId, this.#told, this.#thread);
    const recorded = { key, at: new Date().toISOString(), actor, event };
    this.incident = apply(this.incident, recorded);
    this.#course = courseAfter(this.#course, event);
    this.#keepReceipt(event);
    this.#unwritten.push(recorded);
  }

  /** Takes in what the ledger has from elsewhere. */
  learn(event: IncidentEvent): void {
    const at = new Date().toISOString();
    this.incident = apply(this.incident, { key: event.type, at, actor: CORDON, event });
  }

  /** Resolves when all that was told so far is in the ledger. */
  written(): Promise<void> {
    return this.writtenBy((events) => write(this.incident.id, events));
  }

  /** Has a step of its own write what was told so far, in its turn. */
  writtenBy<T>(step: (events: RecordedEvent[]) => Promise<T>): Promise<T> {
    const stepped = this.#writing.then(async () => {
      const upTo = this.#told;
      this.#show();
      const result = await step(this.#unwritten.splice(0));
      this.#written = upTo;
      return result;
    });
    this.#writing = stepped.then(() => undefined);
    return stepped;
  }

  /** Resolves when what was told so far has been written, by whichever step does it: that step has the timers. */
  async known(): Promise<void> {
    const upTo = this.#told;
    await condition(() => this.#written >= upTo);
  }

  /** Resolves when the first attempts are over, so that what is bound to their results is not void at once. */
  async attempted(): Promise<void> {
    if (this.settled) return;
    await condition(() => this.settled, SETTLE_PATIENCE);
  }

  /** Waits; a history that has grown long meanwhile goes on in a new run. The service levels are its timers. */
  async until(holds: (incident: Incident) => boolean): Promise<void> {
    const long = () => workflowInfo().continueAsNewSuggested && this.retries.size === 0;
    await condition(() => holds(this.incident) || (long() && allHandlersFinished()));
    if (holds(this.incident)) return;
    await this.written();
    const resumed: Resumed = { incident: this.incident, told: this.#told };
    if (hasLeftItsPlan(this.incident)) resumed.course = this.#course;
    const { observed: _, ...input } = this.input;
    await continueAsNew<(input: IncidentInput) => Promise<void>>({ ...input, resumed });
  }

  #keepReceipt(event: IncidentEvent): void {
    if (event.type !== 'captured' || event.of === undefined) return;
    if (event.receipt && event.short_of === undefined) {
      this.#receipts.set(nameOf(event.of), event.receipt);
    }
  }

  #show(): void {
    showToOperators(this.incident);
    // An escalation may raise the severity and leave the state as it is.
    const { state, severity } = this.incident;
    if (this.#shown === `${severity} ${state}`) return;
    this.#shown = `${severity} ${state}`;
    upsertSearchAttributes(stateAttributes(this.incident));
  }
}

/** Of a subject, as far as one run must tell it from the others. */
export function nameOf(subject: Subject): string {
  return JSON.stringify(subject);
}

async function write(incident_id: string, events: RecordedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const request = { incident_id, events };
  const command = events.find(({ event }) => mustOutliveTheEngine(event));
  if (command === undefined) return noted.record(request);
  const summary = `${command.event.type}, by ${command.actor}`;
  await commanded.record.executeWithOptions({ summary }, [request]);
}

/** What is told because a person said so, and on which the gate stands. */
function mustOutliveTheEngine({ type }: IncidentEvent): boolean {
  return type === 'acknowledged' || type === 'resolved';
}

function reported(input: IncidentInput): Parameters<typeof open>[0] {
  const { created_at, plan, reported_by, ...rest } = input;
  return {
    key: 'reported',
    at: created_at,
    actor: reported_by,
    event: {
      type: 'reported',
      id: rest.id,
      class: rest.class,
      source: rest.source,
      description: rest.description,
      evidence: {},
      subject: rest.subject,
      reported_by,
      occurred_at: rest.occurred_at,
      plan,
    },
  };
}
