import { Command } from 'commander';
import type { PlaybookStanding } from '../../intake/policy-playbooks.ts';
import { checkFile, problemLine } from '../check-file.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Paint } from '../text/paint.ts';
import { playbookCourse } from '../text/playbook-course.ts';
import { tableWithHead, type Cell } from '../text/table.ts';

/** `playbook`: the courses of the kinds of incidents, read from the files of the policy. */
export function playbookCommand(cli: Cli): Command {
  const playbook = new Command('playbook').description(
    'list the courses of the kinds of incidents, show one, check a file of one',
  );
  playbook
    .command('list')
    .description('list the playbooks of the policy, and what keeps one from being in force')
    .action(() => list(cli));
  playbook
    .command('show')
    .description('show the course of one: its steps, tasks, branches and checks')
    .argument('<name>', 'such as compromised_agent')
    .action((name: string) => show(cli, name));
  playbook
    .command('check')
    .description('validate the file of a playbook beside the policy, without putting it in force')
    .argument('<file>', 'a YAML file, in playbooks/ of a policy directory or beside its files')
    .action((file: string) => checkFile(cli, file, 'playbook'));
  return playbook;
}

async function list(cli: Cli): Promise<void> {
  const standings = await cli.roots.playbooks(cli.io.env);
  cli.print(standings.map(summary), (rows, paint) => listed(rows, paint));
}

function summary({ playbook, file, digest, problems }: PlaybookStanding) {
  const { level, title, serves, steps, tasks } = playbook;
  const counts = { steps: steps.length, tasks: tasks.length };
  const in_force = problems.length === 0;
  return {
    playbook: playbook.playbook,
    title,
    level,
    serves,
    ...counts,
    in_force,
    ...{ file, digest, problems },
  };
}

function listed(rows: readonly ReturnType<typeof summary>[], paint: Paint): string {
  const head = ['playbook', 'level', 'steps', 'tasks', 'in force', 'title', 'serves'];
  const table = tableWithHead(
    head,
    rows.map((row): Cell[] => [
      { text: row.playbook, style: 'bold' },
      row.level,
      String(row.steps),
      String(row.tasks),
      row.in_force ? { text: 'yes', style: 'good' } : { text: 'no', style: 'warning' },
      row.title,
      row.serves.join(', '),
    ]),
    paint,
  );
  const kept = rows.flatMap(({ problems: [first, ...others] }) => {
    if (first === undefined) return [];
    return [problemLine(first) + (others.length === 0 ? '' : ` (and ${others.length} more)`)];
  });
  return kept.length === 0 ? table : [table, '', ...kept].join('\n');
}

async function show(cli: Cli, name: string): Promise<void> {
  const standings = await cli.roots.playbooks(cli.io.env);
  // The file is named with hyphens, and so may whoever asks.
  const wanted = name.replaceAll('-', '_');
  const found = standings.find(({ playbook }) => playbook.playbook === wanted);
  if (found !== undefined) return cli.print(found, playbookCourse);
  throw new Failure(EXIT.usage, 'unknown_playbook', `the policy has no playbook ${name}`, {
    next: 'see `cordon playbook list`',
  });
}
