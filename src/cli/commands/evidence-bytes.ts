import { Command } from 'commander';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { decryptEvidence } from '../decrypt-evidence.ts';
import { EXIT, Failure } from '../exit.ts';
import { writeOut } from '../write-out.ts';
import { reason } from './evidence-retention.ts';

interface Options {
  incident: string;
  reason: string;
  output?: string;
}

/** The bytes of evidence: as they are kept, and as they were captured. Both are on record before they are had. */
export function evidenceBytesCommands(cli: Cli): Command[] {
  const touch = (name: string, description: string, what: string) =>
    new Command(name)
      .description(description)
      .argument(what, 'see `cordon evidence list`')
      .requiredOption('--incident <id>', 'the incident that it is evidence of', incidentId)
      .requiredOption('--reason <text>', 'kept on record', reason)
      .option('-o, --output <file>', 'write it here instead of to standard output');
  return [
    touch('get', 'fetch one object of evidence as it is kept', '<sha256|name>').action(
      (what: string, options: Options) => get(cli, what, options),
    ),
    touch('decrypt', 'decrypt and unpack evidence, here and with your own key', '<file|sha256>')
      .requiredOption('--identity <file>', 'your age identity; it never leaves this machine')
      .action((what: string, options: Options & { identity: string }) =>
        decryptEvidence(cli, what, options),
      ),
  ];
}

async function get(
  cli: Cli,
  what: string,
  { incident, reason: why, output }: Options,
): Promise<void> {
  const { evidence } = cli.api();
  const object = await find(cli, incident, what);
  const chunks = await evidence.read(incident, object.sha256, why);
  await writeOut(cli, chunks, { output, expected: object });
}

/** By its digest, or by the name of what brought it where that is one. */
async function find(
  cli: Cli,
  incident: string,
  what: string,
): Promise<{ sha256: string; size: number }> {
  const objects = await cli.api().evidence.list(incident);
  const found = objects.filter(({ sha256, name }) => sha256 === what || name === what);
  const [object, ...others] = found;
  if (object && others.length === 0) return object;
  const message = object
    ? `${incident} has ${found.length} objects that are called ${what}`
    : `${incident} has no evidence ${what}`;
  throw new Failure(EXIT.usage, 'which_evidence', message, {
    next: `name it by its digest: cordon evidence list ${incident}`,
  });
}
