import { isDeclined } from './held.ts';
import type { Incident } from './incident-record.ts';
import type { PlannedStep, PlannedTask } from './playbook-plan.ts';
import type {
  Decision,
  PlaybookProgress,
  StepProgress,
  TaskProgress,
} from './playbook-progress.ts';

/** Opening the containment, where that takes two persons: a step like those of the playbook. */
export const RESOLVE_STEP = 'resolve';

/** The same because it was nothing: who would resolve it has not said that. */
export const DISMISS_STEP = 'dismiss';

type Playbook = PlaybookProgress;

/** Who would open the containment as it is, in the one way or the other; a second person is to say the same. */
export function openingAsked({ playbook, binding }: Incident): Decision[] {
  const asked = playbook?.decisions.filter(
    ({ step, binding: of }) => (step === RESOLVE_STEP || step === DISMISS_STEP) && of === binding,
  );
  return asked ?? [];
}

/** Of a branch: taken, not taken, or not known as long as its task is not done. */
export function branchState(playbook: Playbook, name: string): 'taken' | 'not_taken' | 'unknown' {
  if (name === '') return 'taken';
  const branch = playbook.plan.branches[name];
  const task = branch && playbook.tasks.find((known) => known.task === branch.task);
  if (branch === undefined || task?.state !== 'done') return 'unknown';
  const said = new Map(Object.entries(task.result)).get(branch.field);
  return branch.is.some((word) => word === said) ? 'taken' : 'not_taken';
}

/** The branch by which it has turned out to be a false positive; null where none was taken. */
export function falsePositive(playbook: Playbook): string | null {
  const ending = Object.entries(playbook.plan.branches).find(
    ([name, { ends }]) => ends === 'false_positive' && branchState(playbook, name) === 'taken',
  );
  return ending?.[0] ?? null;
}

export function stateOfTask(playbook: Playbook, name: string): TaskProgress | undefined {
  return playbook.tasks.find(({ task }) => task === name);
}

export function stateOfStep(playbook: Playbook, name: string): StepProgress | undefined {
  return playbook.steps.find(({ step }) => step === name);
}

/** The tasks that are to be done as things stand: of the branches that were taken, and of none that ended it. */
export function activeTasks(playbook: Playbook): PlannedTask[] {
  const ending = falsePositive(playbook);
  return playbook.plan.tasks.filter(
    ({ branch, phase }) =>
      branchState(playbook, branch) === 'taken' &&
      (ending === null || branch === ending || phase === 'review'),
  );
}

export function isTaskDone(playbook: Playbook, name: string): boolean {
  return stateOfTask(playbook, name)?.state === 'done';
}

/** Those of them that are part of a phase and that something waits for. */
export function requiredTasks(playbook: Playbook, of: PlannedTask['phase']): PlannedTask[] {
  return activeTasks(playbook).filter(({ phase, required }) => phase === of && required);
}

/** The checks of the branches that were taken, by name. */
export function activeChecks(playbook: Playbook): string[] {
  return playbook.plan.checks
    .filter(({ branch }) => branchState(playbook, branch) === 'taken')
    .map(({ check }) => check);
}

/** The tasks that a command waits for. */
export function openTasks(incident: Incident, gate: 'resolve' | 'close'): PlannedTask[] {
  const { playbook } = incident;
  if (playbook === undefined) return [];
  return activeTasks(playbook).filter(
    ({ task, phase, required }) =>
      required && (phase === 'review') === (gate === 'close') && !isTaskDone(playbook, task),
  );
}

/** The tasks that must be done before this one, and are not. One that is not to be done is in nobody's way. */
export function unmetBefore(playbook: Playbook, { after }: PlannedTask): string[] {
  const active = new Set(activeTasks(playbook).map(({ task }) => task));
  return after.filter((name) => active.has(name) && !isTaskDone(playbook, name));
}

/** The steps that somebody must approve or decline before the incident can be resolved. */
export function undecidedSteps(incident: Incident): PlannedStep[] {
  const { playbook } = incident;
  if (playbook === undefined || falsePositive(playbook) !== null) return [];
  return playbook.plan.steps.filter(
    ({ step, approval, branch }) =>
      approval !== null &&
      !approval.on_demand &&
      branchState(playbook, branch) === 'taken' &&
      stateOfStep(playbook, step)?.state === 'waiting',
  );
}

/** The steps that are on their way to be in force, and are not. */
export function untakenSteps(incident: Incident): string[] {
  const { playbook } = incident;
  if (playbook === undefined) return [];
  return playbook.steps
    .filter(({ state, actions }) => {
      if (state === 'approved') return true;
      return state === 'engaged' && !actions.every((action) => isActionInForce(incident, action));
    })
    .map(({ step }) => step);
}

/** The steps that can be taken now and have not been. */
export function readySteps(incident: Incident): PlannedStep[] {
  const { playbook } = incident;
  if (playbook === undefined || incident.resolved_at !== '') return [];
  return playbook.plan.steps.filter((step) => isReady(incident, playbook, step));
}

/** True where a step needs to know what the subject can have reached, and nobody has found out. */
export function wantsScope({ playbook, auto_contain }: Incident): boolean {
  if (playbook === undefined || playbook.scope !== null) return false;
  return playbook.plan.steps.some(
    ({ step, each, approval }) =>
      each !== null &&
      isYetToCome(stateOfStep(playbook, step)) &&
      (auto_contain || approval !== null),
  );
}

function isYetToCome(step: StepProgress | undefined): boolean {
  return step?.state === 'waiting' || step?.state === 'approved';
}

function isReady(
  incident: Incident,
  playbook: Playbook,
  { step, each, after, branch, approval }: PlannedStep,
): boolean {
  const ready = approval === null ? 'waiting' : 'approved';
  if (stateOfStep(playbook, step)?.state !== ready) return false;
  if (branchState(playbook, branch) !== 'taken') return false;
  const ending = falsePositive(playbook);
  if (ending !== null && branch !== ending) return false;
  if (each !== null && playbook.scope === null) return false;
  if (!after.every((name) => isInForce(incident, playbook, name))) return false;
  return approval !== null || incident.auto_contain;
}

/** True while every action of the step is measured to be in force; a declined step is in nobody's way. */
function isInForce(incident: Incident, playbook: Playbook, name: string): boolean {
  const step = stateOfStep(playbook, name);
  if (step === undefined) return isActionInForce(incident, name);
  if (step.state === 'declined') return true;
  return step.state === 'engaged' && step.actions.every((a) => isActionInForce(incident, a));
}

/** A step that was taken at once is known by its action. What a person has declined is in nobody's way. */
function isActionInForce(incident: Incident, name: string): boolean {
  const step = incident.containment_actions.find(({ action }) => action === name);
  return step?.status === 'contained' || isDeclined(incident, name);
}
