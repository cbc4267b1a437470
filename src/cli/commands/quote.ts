import { Command } from 'commander';
import { verifyQuote, type QuoteVerdict } from '../../evidence/tpm/quote.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
import { quoteDocuments } from '../quote-documents.ts';
import { printableJson } from '../text/printable.ts';

export function quoteCommand(cli: Cli): Command {
  const quote = new Command('quote').description('check TPM quotes');
  quote
    .command('verify')
    .description('verify quotes offline: one JSON document, or one a line; a verdict a line')
    .argument('<file>', 'the whole input of a verification; - for standard input')
    .option('--explain', 'say beside a refusal what was found')
    .action((file: string, { explain }: { explain?: true }) => verify(cli, file, explain === true));
  return quote;
}

async function verify(cli: Cli, file: string, explain: boolean): Promise<void> {
  const verdicts = quoteDocuments(await readInput(cli.io, file)).map(verifyQuote);
  for (const verdict of verdicts) {
    cli.io.out(`${printableJson(line(verdict, explain))}\n`);
  }
  const refused = verdicts.filter(({ accepted }) => !accepted).length;
  if (refused === 0) return;
  const message = `${refused} of ${verdicts.length} refused`;
  throw new Failure(EXIT.failed, 'quote_refused', message);
}

function line(verdict: QuoteVerdict, explain: boolean) {
  if (verdict.accepted) return { verdict: 'accept', reason: 'ok' };
  const { reason, detail } = verdict;
  return { verdict: 'reject', reason, ...(explain && { detail }) };
}
