import { Command } from 'commander';
import { z } from 'zod';
import type { AlertFormatName } from '../../domain/alert.ts';
import { epochMs } from '../../domain/instant.ts';
import { nameSchema } from '../../domain/primitives.ts';
import { fitting, wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { explainFile, formatName } from '../explain-file.ts';
import { triageExplanation } from '../text/triage-explanation.ts';

/** No count of a tree is many beyond it. */
const MOST_SUPPOSED = 100;

const instant = fitting(z.iso.datetime({ offset: true }).transform(epochMs));

interface Options {
  format?: AlertFormatName;
  at?: number;
  count?: number;
  quarantined?: boolean;
  tree?: string;
}

export function triageCommand(cli: Cli): Command {
  return new Command('triage')
    .description('the way of the alerts in a file through the trees that decide what they are')
    .argument('<file>', 'as a detector sends it: JSON, JSON Lines or lines of text; - for stdin')
    .option('--format <name>', 'the format, where the text is not to say it', formatName)
    .option('--at <instant>', 'when those happened that do not say it', instant)
    .option(
      '--count <n>',
      'suppose so many of a kind together; else those of the document are',
      wholeNumber(0, MOST_SUPPOSED),
    )
    .option('--quarantined', 'suppose that their subjects are quarantined')
    .option('--tree <name>', 'ask this tree, whichever the rules name', fitting(nameSchema))
    .action((file: string, options: Options) => {
      const { format = null, at = 0, count = null, quarantined = false, tree = null } = options;
      const supposed = { at_ms: at, count, quarantined, tree };
      return explainFile(cli, file, { format, supposed }, triageExplanation);
    });
}
