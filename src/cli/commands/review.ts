import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { readInput } from '../input.ts';
import { awaitedLine, headline } from '../text/incident-screen.ts';
import { printable } from '../text/printable.ts';

/** The review of an incident: what the ledger knows of it, completed and signed by a person. */
export function reviewCommand(cli: Cli): Command {
  const review = new Command('review').description('draft and sign the review of an incident');
  review
    .command('draft')
    .description('print what the ledger knows, in Markdown, with the questions to be answered')
    .argument('<id>', 'the incident', incidentId)
    .action(async (id: string) => {
      const text = await cli.api().tasks.reviewDraft(id);
      if (cli.json()) return cli.print({ text }, (safe) => safe.text);
      cli.io.out(
        text
          .split('\n')
          .map((line) => printable(line))
          .join('\n'),
      );
    });
  review
    .command('sign')
    .description('sign the completed review; not for whoever resolved the incident')
    .argument('<id>', 'the incident', incidentId)
    .argument('[file]', 'the review in Markdown; - is standard input', '-')
    .option('--note <text>', 'kept with it', '')
    .action((id: string, file: string, { note }: { note: string }) => sign(cli, id, file, note));
  return review;
}

async function sign(cli: Cli, id: string, file: string, note: string): Promise<void> {
  const text = new TextDecoder().decode(await readInput(cli.io, file));
  const incident = await cli.api().tasks.signReview(id, { text, note }, randomUUID());
  cli.print(incident, (safe, paint) =>
    [headline(safe, paint), awaitedLine(safe, paint)].join('\n'),
  );
}
