import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { nameSchema } from '../../domain/primitives.ts';
import { PROFILES } from '../../domain/redaction.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { fitting, incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { exportBag } from '../export-bag.ts';
import { sha256Hex } from '../../evidence/digest.ts';

interface Options {
  output?: string;
  bag?: string;
  from?: string;
  to?: string;
  subject?: string[];
  category?: string[];
  minSeverity?: string;
  redact?: string;
  reason: string;
}

export function exportCommand(cli: Cli): Command {
  const instant = fitting(z.iso.datetime({ offset: true }));
  return new Command('export')
    .description('export a signed forensic bundle, of one incident or of all')
    .argument('[id]', 'this incident only', incidentId)
    .option('-o, --output <file>', 'write it here instead of to standard output')
    .addOption(
      new Option('--bag <dir>', 'write a BagIt bag here: the bundle and all evidence').conflicts(
        'output',
      ),
    )
    .option('--from <instant>', 'entries from here on (ISO 8601)', instant)
    .option('--to <instant>', 'entries up to here, itself included', instant)
    .option('--subject <field=value>', 'only if it is about this; may be repeated', subjects)
    .option('--category <class>', 'only if it is of this class; may be repeated', categories)
    .addOption(new Option('--min-severity <severity>', 'or worse').choices(SEVERITIES))
    .addOption(
      new Option('--redact <profile>', 'full: to be given to anybody outside').choices(PROFILES),
    )
    .option('--reason <text>', 'why, for the custody record', '')
    .action((id: string | undefined, options: Options) => exportBundle(cli, id, options));
}

function subjects(text: string, earlier: string[] = []): string[] {
  if (!/^[a-z]+=./.test(text)) throw new InvalidArgumentError('must be field=value');
  return [...earlier, text];
}

function categories(text: string, earlier: string[] = []): string[] {
  return [...earlier, fitting(nameSchema)(text)];
}

async function exportBundle(cli: Cli, id: string | undefined, options: Options): Promise<void> {
  const { output, bag } = options;
  const bundle = await fetched(cli, id, options);
  if (bag !== undefined && id !== undefined) {
    return exportBag(cli, { id, directory: bag, bundle, reason: options.reason });
  }
  if (output === undefined) return cli.io.outBytes(bundle);
  await writeNew(output, bundle);
  const sha256 = sha256Hex(bundle);
  cli.print({ file: output, size: bundle.length, sha256 }, (safe) =>
    [
      `${safe.file}: ${safe.size} bytes, SHA-256 ${safe.sha256}`,
      `Verify it: cordon bundle verify ${safe.file}`,
    ].join('\n'),
  );
}

/** A part, or what is redacted, is exported of one incident alone. */
function fetched(cli: Cli, id: string | undefined, options: Options): Promise<Uint8Array> {
  const query = queryOf(options);
  if (id !== undefined) return cli.api().incidentBundle(id, query, options.reason);
  if (query.size === 0 && options.bag === undefined) return cli.api().bundle('', options.reason);
  throw new Failure(EXIT.usage, 'id_needed', 'A scope, a redaction and a bag are of one incident', {
    next: 'name the incident: `cordon export ID …`',
  });
}

function queryOf({ from, to, subject, category, minSeverity, redact }: Options): URLSearchParams {
  const query = new URLSearchParams();
  const given = { from, to, subject, category, min_severity: minSeverity, redact };
  for (const [name, values] of Object.entries(given)) {
    for (const value of [values ?? []].flat()) query.append(name, value);
  }
  return query;
}

/** Evidence is never written over, and is nobody else's to read. */
async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(file, bytes, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new Failure(EXIT.usage, 'not_written', `The bundle cannot be written to ${file}`, {
      next: 'name a file that does not exist yet, where you may write',
      cause,
    });
  });
}
