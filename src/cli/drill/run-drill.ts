import { randomUUID } from 'node:crypto';
import { apply, open } from '../../domain/incident.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { eventIn } from '../../domain/recorded.ts';
import type { Subject } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Api } from '../api.ts';
import { awaitedBy } from '../awaited.ts';
import { EXIT, Failure } from '../exit.ts';
import { follow } from '../follow.ts';
import { isCapturedFrom, isToBeCaptured } from './captured-from-host.ts';
import type { Meddler } from './meddle.ts';
import { playPerson } from './person.ts';
import type { SecondPerson } from './second-person.ts';
import type { DrillStep, DrillStory } from './story.ts';
import { bundleProblems, storyProblems, tamperingProblems } from './story-problems.ts';

/** A story that takes longer has gone wrong: each of its steps takes milliseconds, a quote seconds. */
const LONGEST_STORY_MS = 120_000;

export interface Drill {
  incidentClass: string;
  severity: Severity | undefined;
  /** What it is about; empty where it is about nothing in particular. */
  subject: Subject;
  /** Tampers with the host before it proves itself; null in an honest drill. */
  meddler: Meddler | null;
  /** For what takes two persons. */
  second: SecondPerson;
  interrupted: AbortSignal;
  tell(step: DrillStep): void;
}

/**
 * Fires an incident and plays every person it waits for, step by step as the ledger tells of it, to the end; then
 * judges the story by what the ledger, the record and the exported bundle say.
 */
export async function runDrill(api: Api, drill: Drill): Promise<DrillStory> {
  const { id } = await api.report(firstReport(drill));
  const overdue = AbortSignal.timeout(LONGEST_STORY_MS);
  const ended = AbortSignal.any([drill.interrupted, overdue]);
  const steps = await live(api, id, { ...drill, ended });
  if (drill.interrupted.aborted) {
    throw new Failure(
      EXIT.interrupted,
      'interrupted',
      `The drill was stopped before ${id} was over`,
    );
  }
  const incident = await api.incident(id);
  const late = overdue.aborted ? [`it was not over after ${LONGEST_STORY_MS / 1_000} seconds`] : [];
  const found = [
    ...storyProblems(steps, incident),
    ...(drill.meddler === null ? [] : tamperingProblems(steps)),
    ...(await bundleProblems(await api.bundle(id, 'drill'), id)),
  ];
  return { incident, steps, problems: [...late, ...found] };
}

function firstReport({ incidentClass, severity, subject }: Drill) {
  const report = {
    class: incidentClass,
    description: 'Drill: nothing has happened',
    evidence: { drill: true },
    subject,
    ...(severity !== undefined && { severity }),
  };
  return { report, key: `drill-${randomUUID()}`, waitSeconds: 0 };
}

/** The incident's entries from the first on, each told as it comes, until nothing is awaited or time is up. */
async function live(
  api: Api,
  id: string,
  drill: Drill & { ended: AbortSignal },
): Promise<DrillStep[]> {
  const [first] = await api.timeline(id);
  if (first === undefined) throw new Failure(EXIT.failed, 'no_timeline', `${id} has no timeline`);
  const person = playPerson(api, drill);
  const steps: DrillStep[] = [];
  let incident: Incident | null = null;
  const following = { after: first.seq - 1, signal: drill.ended, lost: () => undefined };
  for await (const entry of follow(api, following)) {
    if (entry.incident_id !== id) continue;
    const step = { entry, elapsed_ms: Date.parse(entry.at) - Date.parse(first.at) };
    steps.push(step);
    drill.tell(step);
    incident = fold(incident, entry);
    if (incident === null) continue;
    if (awaitedBy(incident) === null && !isCaptureUnderWay(steps)) break;
    await person.consider(incident);
  }
  return steps;
}

/** The host is captured from beside everything else, and a quick person is done before it is. */
function isCaptureUnderWay(steps: readonly DrillStep[]): boolean {
  const events = steps.flatMap(({ entry }) => eventIn(entry)?.event ?? []);
  return isToBeCaptured(events) && !isCapturedFrom(events);
}

/** The same fold as everywhere: what the drill acts upon is what the register holds. */
function fold(incident: Incident | null, entry: LedgerEntry): Incident | null {
  const recorded = eventIn(entry);
  if (recorded === null) return incident;
  const { event } = recorded;
  if (event.type === 'reported') return open({ ...recorded, event });
  return incident === null ? null : apply(incident, recorded);
}
