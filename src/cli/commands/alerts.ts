import { Command, InvalidArgumentError } from 'commander';
import { ALERT_FORMATS, type AlertFormatName } from '../../domain/alert.ts';
import type { CheckedSamples, ExplainedDelivery } from '../../intake/alert-explanation.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
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
      explain(cli, file, format ?? null),
    );
  alerts
    .command('check')
    .description('try the rules on the samples that they name')
    .argument('[file]', 'a file of rules of a policy directory; else all rules of the policy')
    .action((file?: string) => check(cli, file ?? null));
  for (const command of alertsListedCommands(cli)) alerts.addCommand(command);
  return alerts;
}

/** As in the path of the door: with a hyphen too. */
function formatName(said: string): AlertFormatName {
  const format = ALERT_FORMATS.find((name) => name === said.replaceAll('-', '_'));
  if (format !== undefined) return format;
  throw new InvalidArgumentError(`It is one of ${ALERT_FORMATS.join(', ')}.`);
}

async function explain(cli: Cli, file: string, format: AlertFormatName | null): Promise<void> {
  const text = utf8(await readInput(cli.io, file), file);
  const explained = await cli.roots.alertRules.explain(cli.io.env, { file, text, format });
  cli.print(explained, explanation);
  if (isReadable(explained)) return;
  throw new Failure(EXIT.failed, 'not_readable', `Not all of ${file} can be read as alerts`, {
    next: 'name the format with --format, or compare with what its detector documents',
  });
}

function utf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure(EXIT.usage, 'not_utf8', `${file} is not UTF-8`, {
      next: 'decompress it first, if it is compressed',
      cause,
    });
  }
}

function isReadable({ documents, refused }: ExplainedDelivery): boolean {
  const isRead = (part: ExplainedDelivery['documents'][number]) =>
    part.format !== null && part.refused.length === 0;
  return refused.length === 0 && documents.every(isRead);
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
