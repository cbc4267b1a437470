import { checklistOf } from '../../domain/checklist-of.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { PlaybookProgress } from '../../domain/playbook-progress.ts';
import { checkRows, decisionRows, taskRows } from './checklist-rows.ts';
import type { Paint } from './paint.ts';
import { section } from './section.ts';
import type { Cell } from './table.ts';

/** How far the incident has come in its playbook; '' where it has none. */
export function playbookScreen(incident: Incident, nowMs: number, paint: Paint): string {
  const { playbook } = incident;
  if (playbook === undefined) return '';
  const { title, level, branches, tasks, decisions, checks } = checklistOf(incident, nowMs);
  const taken = branches.length === 0 ? '' : `branch ${branches.join(', ')}`;
  return [
    section('Playbook', [[playbook.plan.playbook, level, title, taken]], paint),
    section('Steps', steps(playbook), paint),
    section('Tasks', taskRows(tasks, nowMs), paint),
    section('Decisions', decisionRows(decisions, nowMs), paint),
    section('Checks', checkRows(checks), paint),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function steps({ steps: all }: PlaybookProgress): Cell[][] {
  const styles = { waiting: 'plain', approved: 'bold', engaged: 'good', declined: 'dim' } as const;
  return all.map(({ step, state, actions }) => [
    { text: state, style: styles[state] },
    step,
    actions.join(', '),
  ]);
}
