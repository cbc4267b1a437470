import type { TaskDone } from '../tasks-api.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { PlannedTask } from '../../domain/playbook-plan.ts';
import type { PlaybookProgress } from '../../domain/playbook-progress.ts';
import { headingOf } from '../../evidence/review-answers.ts';
import { openTasks, RESOLVE_STEP, undecidedSteps, unmetBefore } from '../../domain/progress.ts';
import type { ResultField, TaskResult } from '../../domain/result-field.ts';

/** What one of two persons does next by an incident's playbook. */
export type DrillOrder = { by: 'first' | 'second' } & (
  | { order: 'complete'; task: string; done: TaskDone }
  | { order: 'decide'; step: string }
  | { order: 'review'; text: string }
);

/** Null where the playbook leaves nothing to people now. `first` is who would resolve it before anybody else. */
export function nextOrder(incident: Incident): DrillOrder | null {
  const { playbook, resolved_at, closed_at } = incident;
  if (playbook === undefined || closed_at !== '') return null;
  const task = nextTask(incident, playbook);
  if (task !== undefined) return completed(playbook, task);
  if (resolved_at === '') return nextDecision(incident, playbook);
  return incident.require_review ? nextSignature(incident, playbook) : null;
}

function nextTask(incident: Incident, playbook: PlaybookProgress): PlannedTask | undefined {
  const gate = incident.resolved_at === '' ? 'resolve' : 'close';
  return openTasks(incident, gate).find((task) => unmetBefore(playbook, task).length === 0);
}

function completed(playbook: PlaybookProgress, task: PlannedTask): DrillOrder {
  const fields = Object.entries(task.result);
  const result: TaskResult = Object.fromEntries(
    fields.map(([name, field]) => [name, answer(playbook, task, name, field)]),
  );
  const attached = Buffer.from(`Drill: what was found by ${task.task}\n`).toString('base64');
  const evidence = Array.from({ length: task.evidence }, () => ({
    media_type: 'text/plain',
    base64: attached,
  }));
  const done = { result, evidence, note: 'drill' };
  return { by: 'first', order: 'complete', task: task.task, done };
}

/** A drill goes by the branch on which there is most to do: that it was no false alarm. */
function answer(
  { plan }: PlaybookProgress,
  { task }: PlannedTask,
  name: string,
  field: ResultField,
): TaskResult[string] {
  switch (field.type) {
    case 'choice': {
      const branches = Object.values(plan.branches);
      const asked = branches.filter((b) => b.task === task && b.field === name && b.ends === '');
      return asked[0]?.is[0] ?? field.of[0] ?? '';
    }
    case 'text':
      return 'drill';
    case 'list':
      return [];
    case 'count':
      return 0;
    case 'yes_no':
    case 'confirmed':
      return true;
  }
}

function nextDecision(incident: Incident, { decisions }: PlaybookProgress): DrillOrder | null {
  const [step] = undecidedSteps(incident);
  if (step === undefined) return null;
  const isTold = decisions.some(
    ({ step: name, binding }) => name === step.step && binding === incident.binding,
  );
  const by = isTold ? 'second' : 'first';
  return { by, order: 'decide', step: step.step };
}

/** The review is signed by another person than the one who resolved it. */
function nextSignature(
  { resolved_by }: Incident,
  { plan, review, decisions }: PlaybookProgress,
): DrillOrder | null {
  if (!plan.review.signed || review !== null) return null;
  const opening = decisions.find(({ step }) => step === RESOLVE_STEP);
  const isByFirst = opening === undefined || opening.by === resolved_by;
  const answered = plan.review.asks.map((ask) => `${headingOf(ask)}\n\nThis was a drill.\n`);
  return { by: isByFirst ? 'second' : 'first', order: 'review', text: answered.join('\n') };
}
