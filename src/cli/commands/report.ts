import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { z } from 'zod';
import { subjectFieldSchema } from '../../domain/report.ts';
import { fitting, pair, wholeNumber } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { awaitedLine, headline } from '../text/incident-screen.ts';
import { severitySchema } from '../../domain/primitives.ts';

/** The server waits no longer than this for a containment to settle. */
const LONGEST_WAIT_S = 30;

interface Options {
  severity?: string;
  source?: string;
  evidence?: Record<string, string>;
  subject?: Record<string, string>;
  occurredAt?: string;
  key?: string;
  wait: number;
}

export function reportCommand(cli: Cli): Command {
  return new Command('report')
    .description('report an incident; its containment begins at once')
    .argument('<class>', 'a class of the policy, such as prompt_injection')
    .argument('<description>', 'what was seen, in a sentence')
    .option('--severity <severity>', 'else the default of the class', fitting(severitySchema))
    .option('--source <source>', 'report as this source, with its own token where there is one')
    .option('--evidence <name=value>', 'what was detected; may be repeated', pair)
    .option('--subject <field=value>', `one of ${subjectFieldSchema.options.join(', ')}`, pair)
    .option('--occurred-at <instant>', 'when it happened, if not now (ISO 8601)', instant)
    .option('--key <key>', 'a repeat with the same key is answered with the first incident')
    .option('--wait <seconds>', 'wait for containment to settle', wholeNumber(0, LONGEST_WAIT_S), 0)
    .action((incidentClass: string, description: string, options: Options) =>
      report(cli, incidentClass, description, options),
    );
}

const instant = fitting(z.iso.datetime({ offset: true, error: 'is not an ISO 8601 instant' }));

async function report(
  cli: Cli,
  incidentClass: string,
  description: string,
  options: Options,
): Promise<void> {
  const { severity, source, evidence, occurredAt, wait } = options;
  const subject = knownSubject(options.subject ?? {});
  const incident = await cli.api(source).report({
    report: {
      class: incidentClass,
      description,
      ...(severity !== undefined && { severity }),
      ...(source !== undefined && { source }),
      ...(evidence !== undefined && { evidence }),
      ...(occurredAt !== undefined && { occurred_at: occurredAt }),
      subject,
    },
    key: options.key ?? randomUUID(),
    waitSeconds: wait,
  });
  cli.print(incident, (safe, paint) => `${headline(safe, paint)}\n${awaitedLine(safe, paint)}`);
}

function knownSubject(subject: Record<string, string>): Record<string, string> {
  const stray = Object.keys(subject).find((name) => !subjectFieldSchema.safeParse(name).success);
  if (stray === undefined) return subject;
  const known = subjectFieldSchema.options.join(', ');
  throw new Failure(EXIT.usage, 'invalid_subject', `--subject ${stray} is none of ${known}`);
}
