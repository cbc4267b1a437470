import { Command } from 'commander';
import type { Command as CeremonyCommand } from '../../domain/ceremony.ts';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { awaitedLine, headline } from '../text/incident-screen.ts';

const STEPS: readonly [name: string, command: CeremonyCommand, description: string][] = [
  ['ack', 'acknowledge', 'acknowledge an incident: you have reviewed it and answer for it'],
  ['reattest', 'reattest', 'have the host prove anew that it can be trusted'],
  [
    'resolve',
    'resolve',
    'resolve an incident whose ceremony is complete; what it holds is released',
  ],
  ['close', 'close', 'close the review of a resolved incident'],
];

/** The commands of the ceremony and the review: one step of a person about one incident each. */
export function ceremonyCommands(cli: Cli): Command[] {
  return STEPS.map(([name, command, description]) => {
    const step = new Command(name)
      .description(description)
      .argument('<id>', 'the incident', incidentId);
    if (command !== 'reattest') step.option('--note <text>', 'kept with the step', '');
    return step.action((id: string, options: { note?: string }) =>
      take(cli, command, id, options.note ?? ''),
    );
  });
}

/** Gives the command, then says where the incident stands because of it. */
async function take(cli: Cli, command: CeremonyCommand, id: string, note: string): Promise<void> {
  const api = cli.api();
  await api.command(command, id, note);
  cli.print(await api.incident(id), (safe, paint) =>
    [headline(safe, paint), awaitedLine(safe, paint)].join('\n'),
  );
}
