import type { Checklist, ListedTask } from './checklist.ts';
import type { Incident } from './incident-record.ts';
import { epochMs, instantOf } from './instant.ts';
import { openDecisions } from './open-decisions.ts';
import type { PlannedTask } from './playbook-plan.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import {
  activeChecks,
  activeTasks,
  branchState,
  falsePositive,
  RESOLVE_STEP,
  stateOfTask,
  unmetBefore,
} from './progress.ts';

/** The checklist of an incident as it is at `nowMs`. */
export function checklistOf(incident: Incident, nowMs: number): Checklist {
  const { id: incident_id, playbook } = incident;
  const decisions = openDecisions(incident, nowMs);
  if (playbook === undefined) return { incident_id, ...emptyChecklist(), decisions };
  const { plan } = playbook;
  return {
    incident_id,
    ...{ playbook: plan.playbook, title: plan.title, level: plan.level },
    branches: Object.keys(plan.branches).filter((name) => branchState(playbook, name) === 'taken'),
    tasks: tasksThere(playbook).map((task) => listed(incident, playbook, task, nowMs)),
    decisions,
    checks: activeChecks(playbook).map((check) => {
      const last = playbook.checks.find((result) => result.check === check);
      return last ?? { check, verdict: '', detail: '', at: '' };
    }),
  };
}

function emptyChecklist(): Omit<Checklist, 'incident_id' | 'decisions'> {
  const lists = { branches: [], tasks: [], checks: [] };
  return { playbook: '', title: '', level: '', ...lists };
}

/** Those to be done as things stand, those that were, and those of which that is still to be found out. */
function tasksThere(playbook: PlaybookProgress): PlannedTask[] {
  const active = new Set(activeTasks(playbook));
  const ended = falsePositive(playbook) !== null;
  return playbook.plan.tasks.filter(
    (task) =>
      active.has(task) ||
      stateOfTask(playbook, task.task)?.state === 'done' ||
      (!ended && branchState(playbook, task.branch) === 'unknown'),
  );
}

function listed(
  incident: Incident,
  playbook: PlaybookProgress,
  planned: PlannedTask,
  nowMs: number,
): ListedTask {
  const { task, phase, title, guidance, role, required, result: result_schema } = planned;
  const progress = stateOfTask(playbook, task);
  const state = progress?.state ?? 'open';
  const due_at = dueAt(incident, planned);
  return {
    ...{ task, phase, title, guidance, role, state, required, due_at, result_schema },
    overdue: state !== 'done' && due_at !== '' && epochMs(due_at) < nowMs,
    assignee: progress?.assigned_to ?? '',
    blocked_by: state === 'done' ? [] : blockedBy(incident, playbook, planned),
    evidence_required: planned.evidence,
    result: progress?.result ?? {},
    evidence: progress?.evidence ?? [],
    done_at: progress?.done_at ?? '',
    done_by: progress?.done_by ?? '',
  };
}

/** '' for a task of the review before there is one. */
function dueAt({ created_at, resolved_at }: Incident, { phase, due_ms }: PlannedTask): string {
  const from = phase === 'review' ? resolved_at : created_at;
  return from === '' ? '' : instantOf(epochMs(from) + due_ms);
}

/** What must be so before the task can be done; empty where it can be done now. */
function blockedBy(
  { resolved_at }: Incident,
  playbook: PlaybookProgress,
  task: PlannedTask,
): string[] {
  const { branches } = playbook.plan;
  const branch =
    branchState(playbook, task.branch) === 'unknown' ? branches[task.branch] : undefined;
  return [
    ...new Set([
      ...(branch === undefined ? [] : [branch.task]),
      ...unmetBefore(playbook, task),
      ...(task.phase === 'review' && resolved_at === '' ? [RESOLVE_STEP] : []),
    ]),
  ];
}
