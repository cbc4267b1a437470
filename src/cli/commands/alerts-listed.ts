import { Command } from 'commander';
import { z } from 'zod';
import { LISTED_OUTCOMES } from '../../domain/alert-log.ts';
import { fitting, incidentId, wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { countTable, listedTable } from '../text/alert-table.ts';

const MOST_LISTED = 500;
const USUALLY_LISTED = 50;

const outcome = fitting(z.enum(LISTED_OUTCOMES));

interface Options {
  source?: string;
  outcome?: string;
  incident?: string;
  limit: number;
}

/** What detectors have sent, as the server has it. */
export function alertsListedCommands(cli: Cli): Command[] {
  return [
    new Command('list')
      .description('list what detectors sent and what became of it, newest first')
      .option('--source <source>', 'of this source only')
      .option('--outcome <outcome>', 'such as unmatched: what no rule is about', outcome)
      .option('--incident <incident>', 'what belongs to this incident', incidentId)
      .option('--limit <n>', 'at most so many', wholeNumber(1, MOST_LISTED), USUALLY_LISTED)
      .action(async ({ limit, ...filters }: Options) => {
        const query = new URLSearchParams({ ...filters, limit: String(limit) });
        cli.print(await cli.api().alerts.list(query), listedTable);
      }),
    new Command('counts')
      .description('count what detectors sent by source, format and outcome')
      .action(async () => cli.print(await cli.api().alerts.counts(), countTable)),
  ];
}
