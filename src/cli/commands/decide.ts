import { randomUUID } from 'node:crypto';
import { Argument, Command } from 'commander';
import { DECISIONS } from '../../domain/playbook-progress.ts';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { Decided, Dismissed } from '../tasks-api.ts';
import { awaitedLine, headline } from '../text/incident-screen.ts';
import { checklistScreen } from '../text/task-screen.ts';
import { reason } from './evidence-retention.ts';
import { playbookName } from './task.ts';

/** What a person decides by a playbook: a step of it, and that it was a false positive. */
export function decisionCommands(cli: Cli): Command[] {
  return [
    new Command('decide')
      .description('approve or decline a step that the playbook does not take without asking')
      .argument('<id>', 'the incident', incidentId)
      .argument('<step>', 'as `cordon tasks` names it', playbookName)
      .addArgument(new Argument('<verdict>').choices(DECISIONS))
      .option('--note <text>', 'kept with the decision', '')
      .action((id: string, step: string, verdict: Decided['verdict'], { note }: { note: string }) =>
        decide(cli, id, step, { verdict, note }),
      ),
    new Command('dismiss')
      .description('it was a false positive: release everything, once the latch may open')
      .argument('<id>', 'the incident', incidentId)
      .requiredOption('--reason <text>', 'why it was none', reason)
      .requiredOption('--tune <text>', 'what to change so that it is not reported again', reason)
      .option('--note <text>', 'kept with it', '')
      .action((id: string, given: Dismissed) => dismiss(cli, id, given)),
  ];
}

async function decide(cli: Cli, id: string, step: string, decided: Decided): Promise<void> {
  const list = await cli.api().tasks.decide(id, step, decided, randomUUID());
  cli.print(list, (safe, paint) => checklistScreen(safe, cli.io.now(), paint));
}

async function dismiss(
  cli: Cli,
  id: string,
  { reason: why, tune, note }: Dismissed,
): Promise<void> {
  const api = cli.api();
  const dismissed = await api.tasks.dismiss(id, { reason: why, tune, note }, randomUUID());
  cli.print(dismissed ?? (await api.incident(id)), (safe, paint) =>
    [headline(safe, paint), awaitedLine(safe, paint)].join('\n'),
  );
}
