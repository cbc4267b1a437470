import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { z } from 'zod';
import type { KeptEvidence } from '../../domain/kept-evidence.ts';
import { fitting, incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { Decision } from '../evidence-api.ts';
import { evidenceTable } from '../text/evidence-table.ts';

export const reason = fitting(z.string().trim().min(1, 'must say why').max(4096));

/** A day of the calendar is kept to its end, in UTC. */
const until = fitting(
  z.union([
    z.iso.date().transform((date) => `${date}T23:59:59.999Z`),
    z.iso.datetime({ offset: true }),
  ]),
);

interface Options {
  reason: string;
  until: string;
}

/** How long the evidence of an incident is kept: to see it, and to decide that it is longer. */
export function evidenceRetentionCommands(cli: Cli): Command[] {
  const about = (name: string, description: string) =>
    new Command(name).description(description).argument('<incident>', 'the incident', incidentId);
  const decision = (name: string, description: string) =>
    about(name, description).requiredOption('--reason <text>', 'kept on record', reason);
  const show = async (answer: Promise<KeptEvidence[]>) => cli.print(await answer, evidenceTable);
  return [
    about(
      'list',
      'list the evidence of an incident: until when it is kept, holds, what expired',
    ).action((id: string) => show(cli.api().evidence.list(id))),
    decision('extend', 'keep all evidence of an incident until a date, where that is later')
      .requiredOption('--until <date>', 'a day, or an instant (ISO 8601)', until)
      .action((id: string, given: Options) =>
        show(cli.api().evidence.extend(id, { ...decided(given), until: given.until })),
      ),
    decision('hold', 'put all evidence of an incident under legal hold').action(
      (id: string, given: Options) => show(cli.api().evidence.hold(id, decided(given))),
    ),
    decision('release-hold', 'release the evidence of an incident from legal hold').action(
      (id: string, given: Options) => show(cli.api().evidence.releaseHold(id, decided(given))),
    ),
  ];
}

function decided({ reason: why }: Options): Decision {
  return { reason: why, key: randomUUID() };
}
