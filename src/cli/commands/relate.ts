import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { z } from 'zod';
import { fitting, incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { awaitedLine, headline } from '../text/incident-screen.ts';
import { reason } from './evidence-retention.ts';

const alertIdentity = fitting(
  z.string().regex(/^[0-9a-f]{8,64}$/, 'must be an identity that `cordon alerts list` shows'),
);

interface Options {
  reason: string;
}

/** What people know of causes and no rule does. */
export function relateCommands(cli: Cli): Command[] {
  const about = (name: string, description: string) =>
    new Command(name).description(description).argument('<incident>', 'the incident', incidentId);
  const relate = async (path: 'merge' | 'split', body: Record<string, string>) => {
    const incident = await cli.api().relate(path, body, randomUUID());
    cli.print(incident, (safe, paint) => `${headline(safe, paint)}\n${awaitedLine(safe, paint)}`);
  };
  return [
    about('merge', 'further alerts of its causes join another incident')
      .argument('<into>', 'the other incident', incidentId)
      .requiredOption('--reason <text>', 'kept on record', reason)
      .action((id: string, into: string, given: Options) =>
        relate('merge', { id, into, reason: given.reason }),
      ),
    about('split', 'one of its alerts becomes an incident of its own')
      .argument('<alert>', 'its identity, or the first eight digits of it', alertIdentity)
      .requiredOption('--reason <text>', 'kept on record', reason)
      .action((id: string, alert: string, given: Options) =>
        relate('split', { id, alert, reason: given.reason }),
      ),
  ];
}
