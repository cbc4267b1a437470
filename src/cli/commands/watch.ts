import { Command } from 'commander';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { incidentId, wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { follow } from '../follow.ts';
import { entryLine } from '../text/entry-line.ts';

/** Far beyond what a ledger comes to; nine digits are what the argument takes. */
const LAST_ENTRY = 999_999_999;

export function watchCommand(cli: Cli): Command {
  return new Command('watch')
    .description('follow the ledger as it is written; one incident from its beginning to its close')
    .argument('[id]', 'this incident only', incidentId)
    .option('--after <seq>', 'without an id: begin after this entry', wholeNumber(0, LAST_ENTRY))
    .action((id: string | undefined, options: { after?: number }) =>
      id === undefined ? watchAll(cli, options.after) : watchOne(cli, id),
    );
}

async function watchAll(cli: Cli, after: number | undefined): Promise<void> {
  const from = after ?? (await cli.api().health()).ledger.seq;
  for await (const entry of entries(cli, from)) print(cli, entry);
}

async function watchOne(cli: Cli, id: string): Promise<void> {
  const timeline = await cli.api().timeline(id);
  for (const entry of timeline) print(cli, entry);
  const last = timeline.at(-1);
  if (last?.type === 'closed') return;
  for await (const entry of entries(cli, last?.seq ?? 0)) {
    if (entry.incident_id !== id) continue;
    print(cli, entry);
    if (entry.type === 'closed') return;
  }
}

function entries(cli: Cli, after: number): AsyncGenerator<LedgerEntry> {
  return follow(cli.api(), {
    after,
    signal: cli.io.interrupted,
    lost: () => cli.io.err('connection lost, seeking it again\n'),
  });
}

function print(cli: Cli, entry: LedgerEntry): void {
  cli.printLine(entry, entryLine);
}
