import { Command } from 'commander';
import { createCli, type CommandBuilder, type GlobalOptions } from './cli.ts';
import { alertsCommand } from './commands/alerts.ts';
import { baselineCommand } from './commands/baseline.ts';
import { breakerCommand } from './commands/breaker.ts';
import { bundleCommand } from './commands/bundle.ts';
import { ceremonyCommands } from './commands/ceremony.ts';
import { decisionCommands } from './commands/decide.ts';
import { doctorCommand } from './commands/doctor.ts';
import { drillCommand } from './commands/drill.ts';
import { exportCommand } from './commands/export.ts';
import { forwardCommand } from './commands/forward.ts';
import { hostCommands } from './commands/hosts.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { inventoryCommand } from './commands/inventory.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { playbookCommand } from './commands/playbook.ts';
import { policyCommand } from './commands/policy.ts';
import { principalCommand } from './commands/principal.ts';
import { quoteCommand } from './commands/quote.ts';
import { reportCommand } from './commands/report.ts';
import { reviewCommand } from './commands/review.ts';
import { processCommands } from './commands/run.ts';
import { safeModeCommand } from './commands/safe-mode.ts';
import { showCommand } from './commands/show.ts';
import { statsCommand } from './commands/stats.ts';
import { triageCommand } from './commands/triage.ts';
import { taskCommands } from './commands/task.ts';
import { watchCommand } from './commands/watch.ts';
import type { Io } from './io.ts';
import type { Roots } from './roots.ts';

const EPILOGUE = `
Where Cordon is: --url, else CORDON_URL, else http://BIND_ADDR (127.0.0.1:8515).
Whose token is used: --token-file, else CORDON_TOKEN_FILE, else <CORDON_HOME>/tokens/admin.

Exit codes:
  0    done; verified
  1    failed: a verification found something, a drill's story did not end as it should
  2    usage: the command line or a file named on it is wrong
  3    refused by the server, which says why
  4    unavailable: the server, its engine or its ledger cannot be reached; try again
  130  interrupted

First incident, on one machine:
  cordon up
  cordon report prompt_injection 'hidden instruction in a page' --wait 5
  cordon incidents
`;

/** The `cordon` command. Below it stands one function per command, in the order of the help. */
export function buildProgram(roots: Roots, io: Io): Command {
  const program = new Command('cordon')
    .description('Durable incident response for hosts that run AI agents')
    .option('--url <url>', 'the installation to speak to')
    .option('--token-file <file>', 'the file of the bearer token to speak with')
    .option('--json', 'one JSON document on standard output; watch: one a line')
    .addHelpText('after', EPILOGUE)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(see --help)')
    .exitOverride();
  const cli = createCli(roots, io, () => program.opts<GlobalOptions>());
  for (const build of COMMANDS) [build(cli)].flat().forEach((command) => adopt(program, command));
  return program;
}

const COMMANDS: readonly CommandBuilder[] = [
  processCommands,
  forwardCommand,
  drillCommand,
  reportCommand,
  incidentsCommand,
  showCommand,
  watchCommand,
  ceremonyCommands,
  taskCommands,
  decisionCommands,
  reviewCommand,
  statsCommand,
  exportCommand,
  bundleCommand,
  quoteCommand,
  ledgerCommand,
  evidenceCommand,
  policyCommand,
  playbookCommand,
  breakerCommand,
  safeModeCommand,
  alertsCommand,
  inventoryCommand,
  triageCommand,
  principalCommand,
  hostCommands,
  baselineCommand,
  doctorCommand,
];

function adopt(parent: Command, command: Command): void {
  parent.addCommand(command);
  inherit(parent, command);
}

/** Commander hands settings down only to commands that it has made itself. */
function inherit(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(command, child);
}
