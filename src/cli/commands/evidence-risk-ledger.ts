import { Command } from 'commander';
import { sha256Schema } from '../../domain/primitives.ts';
import { judgeRiskLedger } from '../../evidence/risk-ledger/judge-risk-ledger.ts';
import { replayRiskLedger } from '../../evidence/risk-ledger/replay-risk-ledger.ts';
import { summariseRuntime } from '../../evidence/risk-ledger/runtime-summary.ts';
import { verifyRiskLedger } from '../../evidence/risk-ledger/verify-risk-ledger.ts';
import { NotStrictJson, parseStrictJson } from '../../evidence/strict-json.ts';
import { fitting } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
import { riskLedgerLines } from '../text/risk-ledger-lines.ts';

const head = fitting(sha256Schema);

export function evidenceRiskLedgerCommand(cli: Cli): Command {
  return new Command('risk-ledger')
    .description(
      "verify and replay an extension runtime's ledger offline; tell corruption from tampering",
    )
    .argument('<ledger>', 'the ledger as it was captured; - for standard input')
    .argument('[artifacts...]', 'what else was captured of the runtime, to be counted')
    .option(
      '--head <hash...>',
      'a head that the ledger has had before: what was cut off at its end is found by it',
      (text, earlier: string[]) => [...earlier, head(text)],
      [],
    )
    .action((ledger: string, artifacts: string[], { head: heads }: { head: string[] }) =>
      check(cli, ledger, artifacts, heads),
    );
}

async function check(cli: Cli, file: string, others: string[], heads: string[]): Promise<void> {
  const ledger = await documentIn(cli, file);
  const artifacts: unknown[] = [];
  for (const other of others) artifacts.push(await documentIn(cli, other));
  const report = verifyRiskLedger(ledger, heads);
  const { verdict, why } = judgeRiskLedger(report);
  const replay = replayRiskLedger(ledger, report);
  const summary = summariseRuntime([ledger, ...artifacts]);
  cli.print({ verdict, why, report, replay, summary }, riskLedgerLines);
  if (verdict === 'intact') return;
  throw new Failure(EXIT.failed, 'risk_ledger_broken', 'The ledger is not as it was written', {
    next: NEXT[verdict],
  });
}

const NEXT = {
  corruption:
    'look for faults of memory and of writing; judge anew what came from the damaged entry on',
  tampering: 'treat it as critical: audit the runtime, and judge anew what came from the break on',
  unreadable: 'check that this is the ledger, and of which version the runtime is',
} as const;

async function documentIn(cli: Cli, file: string): Promise<unknown> {
  const bytes = await readInput(cli.io, file);
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    // What is not UTF-8 is a TypeError.
    if (!(cause instanceof NotStrictJson || cause instanceof TypeError)) throw cause;
    const message = `${file} is not JSON that can be read in one way only`;
    throw new Failure(EXIT.failed, 'not_json', message, { next: NEXT.unreadable, cause });
  }
}
