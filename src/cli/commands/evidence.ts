import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { evidenceBytesCommands } from './evidence-bytes.ts';
import { evidenceRetentionCommands } from './evidence-retention.ts';
import { evidenceRiskLedgerCommand } from './evidence-risk-ledger.ts';
import { evidenceVerifyCommand } from './evidence-verify.ts';

export function evidenceCommand(cli: Cli): Command {
  const evidence = new Command('evidence').description(
    'check evidence, keep it longer or under hold, read and decrypt it',
  );
  const commands = [
    evidenceVerifyCommand(cli),
    evidenceRiskLedgerCommand(cli),
    ...evidenceRetentionCommands(cli),
    ...evidenceBytesCommands(cli),
  ];
  for (const command of commands) evidence.addCommand(command);
  return evidence;
}
