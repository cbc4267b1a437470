import { InvalidArgumentError } from 'commander';
import { ALERT_FORMATS, type AlertFormatName } from '../domain/alert.ts';
import type { ExplainedDelivery } from '../intake/alert-explanation.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './exit.ts';
import { readInput } from './input.ts';
import type { SentFile } from './roots.ts';
import type { Paint } from './text/paint.ts';

/** As in the path of the door: with a hyphen too. */
export function formatName(said: string): AlertFormatName {
  const format = ALERT_FORMATS.find((name) => name === said.replaceAll('-', '_'));
  if (format !== undefined) return format;
  throw new InvalidArgumentError(`It is one of ${ALERT_FORMATS.join(', ')}.`);
}

/** Prints what would become of the alerts in a file. Fails with `not_readable` where not all of it are alerts. */
export async function explainFile(
  cli: Cli,
  file: string,
  how: Pick<SentFile, 'format' | 'supposed'>,
  say: (explained: ExplainedDelivery, paint: Paint) => string,
): Promise<void> {
  const text = utf8(await readInput(cli.io, file), file);
  const explained = await cli.roots.alertRules.explain(cli.io.env, { file, text, ...how });
  cli.print(explained, say);
  if (isReadable(explained)) return;
  throw new Failure(EXIT.failed, 'not_readable', `Not all of ${file} can be read as alerts`, {
    next: 'name the format with --format, or compare with what its detector documents',
  });
}

function utf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Failure(EXIT.usage, 'not_utf8', `${file} is not UTF-8`, {
      next: 'decompress it first, if it is compressed',
      cause,
    });
  }
}

function isReadable({ documents, refused }: ExplainedDelivery): boolean {
  const isRead = (part: ExplainedDelivery['documents'][number]) =>
    part.format !== null && part.refused.length === 0;
  return refused.length === 0 && documents.every(isRead);
}
