import { Command } from 'commander';
import { labelSchema } from '../../domain/attestation-policy.ts';
import { fitting } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { baselineCheckCommand } from './baseline-check.ts';

interface Options {
  name: string;
  despiteIncident?: true;
}

export function baselineCommand(cli: Cli): Command {
  const baseline = new Command('baseline').description(
    'known-good states, and checks against them',
  );
  baseline
    .command('capture')
    .description('take what an enrolled host shows now as known-good, into policy/attestation.yaml')
    .argument('<host>', 'an enrolled host that you have approved as it is')
    .requiredOption(
      '--name <name>',
      'of the baseline, such as 2026-11-update',
      fitting(labelSchema),
    )
    .option('--despite-incident', 'also while the host is contained, after a change of your own')
    .action((host: string, options: Options) => capture(cli, host, options));
  return baseline.addCommand(baselineCheckCommand(cli));
}

async function capture(cli: Cli, host: string, options: Options): Promise<void> {
  const captured = await cli.roots.hosts.captureBaseline(cli.io.env, {
    host,
    name: options.name,
    despiteIncident: options.despiteIncident === true,
    approvedBy: `account:${cli.io.account}`,
  });
  cli.print(captured, ({ name, group, file, pcr_values }) =>
    [
      `${name} was added to the group ${group} in ${file}:`,
      ...Object.entries(pcr_values).flatMap(([bank, values]) =>
        Object.entries(values).map(([pcr, hex]) => `  ${bank} ${pcr.padStart(2)}  ${hex}`),
      ),
      'Read it, then put it in force: cordon policy reload',
    ].join('\n'),
  );
}
