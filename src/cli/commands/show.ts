import { Command } from 'commander';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { safeModeIn } from '../safe-mode-in.ts';
import { incidentScreen } from '../text/incident-screen.ts';
import { underSafeMode } from '../text/safe-mode-line.ts';

export function showCommand(cli: Cli): Command {
  return new Command('show')
    .description('show one incident: state, what it waits for, actions, evidence, timeline')
    .argument('<id>', 'the incident', incidentId)
    .action(async (id: string) => {
      const api = cli.api();
      const [incident, timeline, safeMode] = await Promise.all([
        api.incident(id),
        api.timeline(id),
        safeModeIn(cli, api),
      ]);
      cli.print({ incident, timeline }, (safe, paint) => {
        const screen = incidentScreen(safe.incident, safe.timeline, cli.io.now(), paint);
        return underSafeMode(safeMode, screen, paint);
      });
    });
}
