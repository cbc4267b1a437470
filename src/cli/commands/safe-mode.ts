import { Command } from 'commander';
import type { SafeMode } from '../../domain/safe-mode.ts';
import type { Cli } from '../cli.ts';
import { safeModeLine } from '../text/safe-mode-line.ts';

/** `safe-mode`: whether agents get no new work, and the way out of that. */
export function safeModeCommand(cli: Cli): Command {
  const safeMode = new Command('safe-mode').description(
    'show whether safe mode is on, in which agents get no new work, and leave it',
  );
  const print = (now: SafeMode) =>
    cli.print(now, (safe, paint) => (safe.on ? safeModeLine(safe, paint) : 'Safe mode is off.'));
  safeMode
    .command('show')
    .description('say whether it is on, since when, and which incidents hold it')
    .action(async () => print(await cli.api().guards.safeMode()));
  safeMode
    .command('leave')
    .description('let agents have work again; refused while an incident holds it')
    .action(async () => print(await cli.api().guards.leaveSafeMode()));
  return safeMode;
}
