import type { Incident } from './incident-record.ts';
import { epochMs } from './instant.ts';
import type { PlaybookPlan } from './playbook-plan.ts';
import { isTaskDone, openTasks, requiredTasks, undecidedSteps } from './progress.ts';
import type { RunningClock } from './sla.ts';

type PlaybookClock = keyof PlaybookPlan['clocks'];

/** The clocks that run by the playbook now: of the response, of each phase, of each task, and of each decision. */
export function playbookClocks(incident: Incident): RunningClock[] {
  const { playbook, resolved_at, closed_at } = incident;
  if (playbook === undefined || closed_at !== '') return [];
  if (resolved_at !== '') return taskClocks(incident, 'close');
  return [
    ...phaseClocks(incident, playbook.plan),
    ...taskClocks(incident, 'resolve'),
    ...decisionClocks(incident),
  ];
}

function phaseClocks(incident: Incident, { clocks }: PlaybookPlan): RunningClock[] {
  const from = epochMs(incident.created_at);
  return Object.entries(clocks).flatMap(([name, ms]) => {
    const stage = name as PlaybookClock;
    return isPhaseOver(incident, stage) ? [] : [{ stage, dueMs: from + ms }];
  });
}

/** Somebody has taken it on, or nothing of the phase is left to do. */
export function isPhaseOver(incident: Incident, clock: PlaybookClock): boolean {
  const { playbook } = incident;
  if (playbook === undefined) return true;
  if (clock === 'respond') {
    return incident.acked_at !== '' || playbook.tasks.some(({ state }) => state !== 'open');
  }
  return requiredTasks(playbook, clock).every(({ task }) => isTaskDone(playbook, task));
}

function taskClocks(incident: Incident, gate: 'resolve' | 'close'): RunningClock[] {
  const from = epochMs(gate === 'close' ? incident.resolved_at : incident.created_at);
  return openTasks(incident, gate).map(({ task, due_ms }) => ({
    stage: `task/${task}` as const,
    dueMs: from + due_ms,
  }));
}

function decisionClocks(incident: Incident): RunningClock[] {
  const from = epochMs(incident.created_at);
  return undecidedSteps(incident).map(({ step, approval }) => ({
    stage: `decide/${step}` as const,
    dueMs: from + (approval?.within_ms ?? 0),
  }));
}
