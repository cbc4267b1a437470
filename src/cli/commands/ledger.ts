import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import type { LedgerVerdict } from '../roots.ts';
import type { Paint } from '../text/paint.ts';

export function ledgerCommand(cli: Cli): Command {
  const ledger = new Command('ledger').description('check the audit chain of this machine');
  ledger
    .command('verify')
    .description('walk every entry, the register and the signed checkpoints; find what was changed')
    .action(() => verify(cli));
  return ledger;
}

async function verify(cli: Cli): Promise<void> {
  const verdict = await cli.roots.verifyLedger(cli.io.env);
  cli.print(verdict, verdictLines);
  if (verdict.valid) return;
  throw new Failure(EXIT.failed, 'ledger_broken', 'The ledger is not as it was written', {
    next: 'stop Cordon, keep a copy of its home directory as evidence, compare with the last export',
  });
}

function verdictLines(verdict: LedgerVerdict, paint: Paint): string {
  if (!verdict.valid)
    return `${paint('bad', verdict.reason)} at ${placeOf(verdict)}: ${verdict.detail}`;
  const { count, incidents, head } = verdict;
  return `${paint('good', 'valid')}: ${count} entries, ${incidents} incidents, head ${head.seq} ${head.hash}`;
}

function placeOf({ at_seq, incident_id }: Extract<LedgerVerdict, { valid: false }>): string {
  return at_seq === undefined ? (incident_id ?? 'the register') : `entry ${at_seq}`;
}
