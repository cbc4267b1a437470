import { isApproved } from './approval.ts';
import type { IncidentEvent } from './events.ts';
import { epochMs } from './instant.ts';
import type { PlaybookPlan } from './playbook-plan.ts';
import type { PlaybookProgress, TaskProgress } from './playbook-progress.ts';

/** Those of the events that are about the playbook. */
export type PlaybookEvent = Extract<
  IncidentEvent,
  {
    type:
      | 'scoped'
      | 'scope_unknown'
      | 'decided'
      | 'engaged'
      | 'task_assigned'
      | 'task_done'
      | 'checked'
      | 'watch_began'
      | 'watch_over'
      | 'reviewed';
  }
>;

/** The playbook of an incident that has just been reported. */
export function begin(plan: PlaybookPlan): PlaybookProgress {
  return {
    plan,
    tasks: plan.tasks.map(({ task }) => ({
      ...{ task, state: 'open', assigned_to: '', assigned_at: '' },
      ...{ done_at: '', done_by: '' },
      ...{ result: {}, evidence: [] },
    })),
    steps: plan.steps.map(({ step }) => ({ step, state: 'waiting', at: '', actions: [] })),
    decisions: [],
    scope: null,
    scope_problem: '',
    checks: [],
    review: null,
    watched_until: '',
    watch_over_at: '',
  };
}

/** Folds one event into the progress. */
export function proceed(
  progress: PlaybookProgress,
  event: PlaybookEvent,
  at: string,
): PlaybookProgress {
  switch (event.type) {
    case 'scoped': {
      const { type: _, ...scope } = event;
      return { ...progress, scope, scope_problem: '' };
    }
    case 'scope_unknown':
      return { ...progress, scope_problem: event.reason };
    case 'decided':
      return decide(progress, event, at);
    case 'engaged':
      return withStep(progress, event.step, {
        ...{ state: 'engaged', at },
        actions: event.actions.map(({ action }) => action),
      });
    case 'task_assigned':
      return assign(progress, event, at);
    case 'task_done': {
      const { by: done_by, result, evidence } = event;
      return withTask(progress, event.task, {
        ...{ state: 'done', done_at: at, done_by, result, evidence },
      });
    }
    case 'checked':
      return { ...progress, checks: event.results };
    case 'watch_began':
      return { ...progress, watched_until: event.until };
    case 'watch_over':
      return { ...progress, watch_over_at: at };
    case 'reviewed':
      return { ...progress, review: { by: event.by, at, document: event.document } };
  }
}

function assign(
  progress: PlaybookProgress,
  { task, to }: Extract<PlaybookEvent, { type: 'task_assigned' }>,
  at: string,
): PlaybookProgress {
  const before = progress.tasks.find((known) => known.task === task)?.assigned_at ?? '';
  const assigned_at = before === '' ? at : before;
  return withTask(progress, task, { state: 'assigned', assigned_to: to, assigned_at });
}

function decide(
  progress: PlaybookProgress,
  { step, by, verdict, binding }: Extract<PlaybookEvent, { type: 'decided' }>,
  at: string,
): PlaybookProgress {
  const decisions = [...progress.decisions, { step, by, at, verdict, binding }];
  const decided = { ...progress, decisions };
  if (verdict === 'decline') return withStep(decided, step, { state: 'declined', at, actions: [] });
  const approval = progress.plan.steps.find((planned) => planned.step === step)?.approval;
  // What is decided stays decided, whatever becomes of the containment meanwhile.
  return approval && isApproved(decisions, { step, binding, atMs: epochMs(at) }, approval)
    ? withStep(decided, step, { state: 'approved', at, actions: [] })
    : decided;
}

function withStep(
  progress: PlaybookProgress,
  name: string,
  change: Omit<PlaybookProgress['steps'][number], 'step'>,
): PlaybookProgress {
  const steps = progress.steps.map((step) => (step.step === name ? { ...step, ...change } : step));
  return { ...progress, steps };
}

function withTask(
  progress: PlaybookProgress,
  name: string,
  change: Partial<TaskProgress>,
): PlaybookProgress {
  const tasks = progress.tasks.map((task) => (task.task === name ? { ...task, ...change } : task));
  return { ...progress, tasks };
}
