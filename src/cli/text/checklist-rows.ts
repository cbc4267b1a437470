import type { Checklist, ListedTask, OpenDecision } from '../../domain/checklist.ts';
import { epochMs } from '../../domain/instant.ts';
import type { Cell } from './table.ts';
import { duration, moment } from './time.ts';

/** A row for each task: how far it is, what it is, whose, and by when or what comes first. */
export function taskRows(tasks: readonly ListedTask[], nowMs: number): Cell[][] {
  const styles = { open: 'warning', assigned: 'plain', done: 'good' } as const;
  return tasks.map((task) => [
    { text: task.state, style: styles[task.state] },
    task.task,
    task.phase,
    task.done_by || task.assignee || task.role,
    whenDone(task, nowMs),
    task.title,
  ]);
}

function whenDone(task: ListedTask, nowMs: number): Cell {
  if (task.state === 'done') return moment(task.done_at);
  if (task.blocked_by.length > 0)
    return { text: `after ${task.blocked_by.join(', ')}`, style: 'dim' };
  return timeLeft(task.due_at, nowMs);
}

export function decisionRows(decisions: readonly OpenDecision[], nowMs: number): Cell[][] {
  return decisions.map(({ step, roles, persons, due_at, given }) => [
    step,
    persons === 2 ? `two of ${roles.join(', ')}` : roles.join(' or '),
    due_at === '' ? { text: 'on demand', style: 'dim' } : timeLeft(due_at, nowMs),
    given.map(({ by, verdict }) => `${by}: ${verdict}`).join(', '),
  ]);
}

export function checkRows(checks: Checklist['checks']): Cell[][] {
  const styles = { '': 'dim', pass: 'good', fail: 'bad', unknown: 'warning' } as const;
  return checks.map(({ check, verdict, detail }) => [
    check,
    { text: verdict || 'not compared yet', style: styles[verdict] },
    detail,
  ]);
}

function timeLeft(due: string, nowMs: number): Cell {
  if (due === '') return '';
  const left = epochMs(due) - nowMs;
  return left < 0 ? { text: `${duration(left)} overdue`, style: 'bad' } : `${duration(left)} left`;
}
