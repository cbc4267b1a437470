import type { Checklist, ListedTask } from '../../domain/checklist.ts';
import { wanted } from '../../domain/task-result.ts';
import { checkRows, decisionRows, taskRows } from './checklist-rows.ts';
import type { Paint } from './paint.ts';
import { section } from './section.ts';
import { table, type Cell } from './table.ts';
import { moment } from './time.ts';

/** All that the playbook of an incident leaves to people. */
export function checklistScreen(list: Checklist, nowMs: number, paint: Paint): string {
  const { incident_id, playbook, level, title } = list;
  if (playbook === '' && list.decisions.length === 0) return `${incident_id} has no playbook.`;
  return [
    [paint('bold', incident_id), level, title].join('  '),
    section('Tasks', taskRows(list.tasks, nowMs), paint),
    section('Decisions', decisionRows(list.decisions, nowMs), paint),
    section('Checks', checkRows(list.checks), paint),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** One task: what is to be found out, and what was. */
export function taskScreen(task: ListedTask, paint: Paint): string {
  const rows: [string, string][] = [
    ['State', task.state],
    ['Phase', task.phase],
    ['Role', task.role],
    ['Assigned to', task.assignee],
    ['After', task.blocked_by.join(', ')],
    ['Due', moment(task.due_at)],
    ['Evidence', task.evidence_required === 0 ? '' : `at least ${task.evidence_required}`],
    ['Done', task.done_at === '' ? '' : `${moment(task.done_at)} by ${task.done_by}`],
  ];
  return [
    `${paint('bold', task.task)}  ${task.title}`,
    table(
      rows.filter(([, value]) => value !== '').map(([name, value]) => [dim(name), value]),
      paint,
      '  ',
    ),
    ...(task.guidance === '' ? [] : ['', task.guidance]),
    section('Result', results(task), paint),
    section('Attached', attached(task), paint),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function results({ result, result_schema }: ListedTask): Cell[][] {
  const given = new Map(Object.entries(result));
  return Object.entries(result_schema).map(([name, field]) => {
    const found = given.get(name);
    if (found !== undefined) return [name, [found].flat().join(', ')];
    return [name, dim(`${wanted(field)}${field.optional ? ', or nothing' : ''}`)];
  });
}

function attached({ evidence }: ListedTask): Cell[][] {
  return evidence.map(({ sha256, size, media_type }) => [sha256, `${size} bytes`, media_type]);
}

function dim(text: string): Cell {
  return { text, style: 'dim' };
}
