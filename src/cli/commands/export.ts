import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';

export function exportCommand(cli: Cli): Command {
  return new Command('export')
    .description('export a signed forensic bundle, of one incident or of all')
    .argument('[id]', 'this incident only', incidentId)
    .option('-o, --output <file>', 'write it here instead of to standard output')
    .action((id: string | undefined, { output }: { output?: string }) =>
      exportBundle(cli, id ?? '', output),
    );
}

async function exportBundle(cli: Cli, id: string, file: string | undefined): Promise<void> {
  const bundle = await cli.api().bundle(id);
  if (file === undefined) {
    cli.io.outBytes(bundle);
    return;
  }
  await writeNew(file, bundle);
  const sha256 = createHash('sha256').update(bundle).digest('hex');
  cli.print({ file, size: bundle.length, sha256 }, (safe) =>
    [
      `${safe.file}: ${safe.size} bytes, SHA-256 ${safe.sha256}`,
      `Verify it: cordon bundle verify ${safe.file}`,
    ].join('\n'),
  );
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
