import { Command } from 'commander';
import { stateSchema, type Incident } from '../../domain/incident-record.ts';
import { severitySchema } from '../../domain/primitives.ts';
import { fitting, wholeNumber } from '../arguments.ts';
import type { Api } from '../api.ts';
import type { Cli } from '../cli.ts';
import { safeModeIn } from '../safe-mode-in.ts';
import { underSafeMode } from '../text/safe-mode-line.ts';
import { incidentTable } from '../text/incident-table.ts';
import { relateCommands } from './relate.ts';

const PAGE = 100;
const MOST_LISTED = 100_000;

interface Options {
  class?: string;
  state?: string;
  severity?: string;
  limit: number;
}

export function incidentsCommand(cli: Cli): Command {
  const incidents = new Command('incidents')
    .usage('[options] [merge|split]')
    .description('list incidents, most severe first, then newest; merge and split them')
    .option('--class <class>', 'of this class only')
    .option('--state <state>', `one of ${stateSchema.options.join(', ')}`, fitting(stateSchema))
    .option('--severity <severity>', 'of this severity only', fitting(severitySchema))
    .option('--limit <n>', 'at most so many', wholeNumber(1, MOST_LISTED), PAGE)
    .action(async (options: Options) => {
      const api = cli.api();
      const [listed, safeMode] = await Promise.all([list(api, options), safeModeIn(cli, api)]);
      cli.print(listed, (safe, paint) =>
        underSafeMode(safeMode, incidentTable(safe, paint), paint),
      );
    });
  for (const command of relateCommands(cli)) incidents.addCommand(command);
  return incidents;
}

async function list(api: Api, { limit, ...filters }: Options): Promise<Incident[]> {
  const query = new URLSearchParams({ ...filters, limit: String(Math.min(limit, PAGE)) });
  const listed: Incident[] = [];
  let path = `/api/v1/incidents?${query.toString()}`;
  while (path !== '' && listed.length < limit) {
    const { incidents, next } = await api.incidents(path);
    listed.push(...incidents);
    path = next;
  }
  return listed.slice(0, limit);
}
