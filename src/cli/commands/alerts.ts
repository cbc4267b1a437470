import { Command } from 'commander';
import type { AlertFormatName } from '../../domain/alert.ts';
import type { CheckedSamples } from '../../intake/alert-explanation.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { explainFile, formatName } from '../explain-file.ts';
import { explanation } from '../text/alert-explanation.ts';
import { counted } from '../text/counted.ts';
import type { Paint } from '../text/paint.ts';
import { tableWithHead, type Cell } from '../text/table.ts';
import { alertsListedCommands } from './alerts-listed.ts';

export function alertsCommand(cli: Cli): Command {
  const alerts = new Command('alerts').description(
    'list the alerts of detectors, say what they become, check the rules that decide it',
  );
  alerts
    .command('explain')
    .description('what would become of the alerts in a file, and why; nothing is taken in')
    .argument('<file>', 'as a detector sends it: JSON, JSON Lines or lines of text; - for stdin')
    .option('--format <name>', 'the format, where the text is not to say it', formatName)
    .action((file: string, { format }: { format?: AlertFormatName }) =>
      explainFile(cli, file, { format: format ?? null }, explanation),
    );
  alerts
    .command('check')
    .description('try the rules on the samples that they name')
    .argument('[file]', 'a file of rules of a policy directory; else all rules of the policy')
    .action((file?: string) => check(cli, file ?? null));
  for (const command of alertsListedCommands(cli)) alerts.addCommand(command);
  return alerts;
}

async function check(cli: Cli, file: string | null): Promise<void> {
  const checked = await cli.roots.alertRules.check(cli.io.env, file);
  cli.print(checked, checkedLines);
  if (checked.deviations.length === 0) return;
  throw new Failure(EXIT.failed, 'samples_differ', 'Samples fall under other rules than named', {
    next: 'see why with `cordon alerts explain`, then put the rules or the samples right',
  });
}

function checkedLines({ samples, alerts, deviations }: CheckedSamples, paint: Paint): string {
  const seen = `${counted(alerts, 'alert')} in ${counted(samples, 'sample')}`;
  if (deviations.length === 0) return `${seen}: ${paint('good', 'as named')}`;
  const rows = deviations.map((deviation): Cell[] => [
    `${deviation.format}: ${deviation.sample}`,
    deviation.alert === -1 ? '' : String(deviation.alert),
    nameOf(deviation.expected),
    { text: nameOf(deviation.found), style: 'bad' },
    deviation.title,
  ]);
  const head = ['sample', 'alert', 'expected', 'found', 'title'];
  return `${seen}\n${tableWithHead(head, rows, paint)}`;
}

function nameOf(rule: string): string {
  return rule === '' ? 'no rule' : rule;
}
