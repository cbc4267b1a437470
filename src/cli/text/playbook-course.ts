import { isAtOnce } from '../../domain/plan-playbook.ts';
import {
  PHASES,
  type Playbook,
  type PlaybookStep,
  type PlaybookTask,
} from '../../domain/playbook.ts';
import type { ResultFields } from '../../domain/result-field.ts';
import type { PlaybookStanding } from '../../intake/policy-playbooks.ts';
import { problemLine } from '../check-file.ts';
import { counted } from './counted.ts';
import type { Paint } from './paint.ts';
import { INDENT, section } from './section.ts';
import { table, type Cell } from './table.ts';
import { duration } from './time.ts';

/** The course of one kind of incident on a screen, in the order in which it is gone through. */
export function playbookCourse(
  { playbook, file, problems }: PlaybookStanding,
  paint: Paint,
): string {
  const { steps } = playbook;
  const asked = steps.filter(({ approval }) => approval?.on_demand === true);
  const decided = steps.filter(({ approval }) => approval?.on_demand === false);
  const later = steps.filter((step) => step.approval === undefined && !isAtOnce(step));
  return [
    `${paint('bold', playbook.playbook)}  ${playbook.level}  ${playbook.title}`,
    table(facts(playbook, file), paint, INDENT),
    ...problems.map(
      (problem) => INDENT + paint('warning', `not in force: ${problemLine(problem)}`),
    ),
    section('Taken at once', steps.filter(isAtOnce).map(stepRow), paint),
    section('Taken as soon as they can be', later.map(stepRow), paint),
    section('Taken once they are approved', decided.map(stepRow), paint),
    section('There to be asked for', asked.map(stepRow), paint),
    ...PHASES.map((phase) => phaseSection(playbook, phase, paint)),
    section('Branches', branches(playbook), paint),
    section('Must pass before it is resolved', checks(playbook), paint),
    section(
      'Asked by the review',
      playbook.review.asks.map((ask): Cell[] => [ask]),
      paint,
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function facts(
  { serves, rule, resolve, watch, review, symptoms, expected, capture }: Playbook,
  file: string,
): Cell[][] {
  const answer = rule === undefined ? 'by incident-containment.yaml' : answered(rule);
  const signed = review.signed
    ? 'signed by another person than who resolved it'
    : 'as the policy says';
  const persons = `${counted(resolve.persons, 'person')}${resolve.persons > 1 ? ` within ${duration(resolve.within)} of each other` : ''}`;
  const rows: [string, string][] = [
    ['File', file],
    ['Serves', `${serves.join(', ')}: ${answer}`],
    ...symptoms.map((line): [string, string] => ['Symptom', line]),
    ...expected.map((line): [string, string] => ['Expected', line]),
    ['Captured', capture.join(', ')],
    ['Resolved by', persons],
    ['Watched', watch === 0 ? '' : `${duration(watch)} after the release`],
    ['Review', signed],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => [{ text: name, style: 'dim' }, text]);
}

function answered({
  default_severity,
  latched,
  auto_contain,
  reattest,
}: NonNullable<Playbook['rule']>): string {
  return [
    default_severity,
    ...(latched ? ['latched'] : []),
    ...(auto_contain ? [] : ['not contained by itself']),
    ...(reattest === 'by_policy' ? [] : [`re-attested ${reattest}`]),
  ].join(', ');
}

function stepRow({ step, action, each, after, branch, approval }: PlaybookStep): Cell[] {
  const who =
    approval &&
    `${counted(approval.persons, 'person')} of ${approval.roles.join(', ')} within ${duration(approval.within)}`;
  return [
    { text: step, style: 'bold' },
    each === undefined ? action : `${action} on each of ${each}`,
    conditions(branch, after),
    who ?? '',
  ];
}

function phaseSection(
  { tasks, clocks }: Playbook,
  phase: PlaybookTask['phase'],
  paint: Paint,
): string {
  const clock = new Map<string, number>(Object.entries(clocks)).get(phase);
  const within = clock === undefined ? '' : ` within ${duration(clock)}`;
  const rows = tasks.filter((task) => task.phase === phase).map(taskRow);
  return section(`Tasks: ${phase}${within}`, rows, paint);
}

function taskRow({
  task,
  title,
  role,
  due,
  required,
  result,
  evidence,
  after,
  branch,
}: PlaybookTask): Cell[] {
  return [
    { text: task, style: 'bold' },
    `${role}, ${duration(due)}`,
    title,
    [
      conditions(branch, after),
      required ? '' : 'advice',
      evidence === 0 ? '' : `attach ${counted(evidence, 'artifact')}`,
      resultLine(result),
    ]
      .filter((part) => part !== '')
      .join('; '),
  ];
}

function resultLine(result: ResultFields): string {
  const fields = Object.entries(result).map(([name, field]) => {
    const type = field.type === 'choice' ? field.of.join('|') : field.type;
    return `${name}${field.optional ? '?' : ''}=${type}`;
  });
  return fields.join(' ');
}

function conditions(branch: string | undefined, after: readonly string[]): string {
  return [
    ...(branch === undefined ? [] : [`if ${branch}`]),
    ...(after.length === 0 ? [] : [`after ${after.join(', ')}`]),
  ].join(', ');
}

function branches({ branches: all }: Playbook): Cell[][] {
  return Object.entries(all).map(([name, { task, field, is, ends }]) => [
    { text: name, style: 'bold' },
    `${task}.${field} is ${is.join(' or ')}`,
    ends === undefined ? '' : 'ends as a false positive',
  ]);
}

function checks({ checks: all }: Playbook): Cell[][] {
  return all.map(({ check, branch }) => [{ text: check, style: 'bold' }, conditions(branch, [])]);
}
