import { Command } from 'commander';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { incidentScreen } from '../text/incident-screen.ts';

export function showCommand(cli: Cli): Command {
  return new Command('show')
    .description('show one incident: state, what it waits for, actions, evidence, timeline')
    .argument('<id>', 'the incident', incidentId)
    .action(async (id: string) => {
      const api = cli.api();
      const [incident, timeline] = await Promise.all([api.incident(id), api.timeline(id)]);
      cli.print({ incident, timeline }, (safe, paint) =>
        incidentScreen(safe.incident, safe.timeline, cli.io.now(), paint),
      );
    });
}
