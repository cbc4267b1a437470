import { Command } from 'commander';
import { checkFile } from '../check-file.ts';
import type { Cli } from '../cli.ts';
import { simulationLines } from '../text/simulation-lines.ts';

export function policyCommand(cli: Cli): Command {
  const policy = new Command('policy').description('check policy files, and put them in force');
  policy
    .command('check')
    .description('validate a policy file with its siblings, without putting it in force')
    .argument('<file>', 'one of the YAML files of a policy directory')
    .action((file: string) => checkFile(cli, file, 'policy'));
  policy
    .command('simulate')
    .description(
      'what a changed file would have made of the incidents in the ledger of this machine',
    )
    .argument('<file>', 'one of the YAML files of a policy directory, or of a playbook')
    .action(async (file: string) =>
      cli.print(await cli.roots.simulatePolicy(cli.io.env, file), simulationLines),
    );
  policy
    .command('reload')
    .description('have the server read its policy files anew; an invalid policy is refused whole')
    .action(async () => cli.print(await cli.api().reloadPolicy(), () => 'The policy is in force.'));
  return policy;
}
