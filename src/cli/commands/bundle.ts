import { Command } from 'commander';
import { verifyBundle, type BundleVerdict } from '../../evidence/bundle.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
import type { Paint } from '../text/paint.ts';

interface Options {
  key?: string;
  serviceTokenFile?: string;
}

export function bundleCommand(cli: Cli): Command {
  const bundle = new Command('bundle').description('check exported forensic bundles');
  bundle
    .command('verify')
    .description('verify a bundle offline, with nothing but the file and the key')
    .argument('<file>', 'an exported bundle; - for standard input')
    .option('--key <file>', 'public key (PEM) that must have signed it')
    .option('--service-token-file <file>', 'also check the HMAC with this token')
    .action((file: string, options: Options) => verify(cli, file, options));
  return bundle;
}

async function verify(cli: Cli, file: string, options: Options): Promise<void> {
  const { key, serviceTokenFile } = options;
  const read = (name: string) => readInput(cli.io, name);
  const verdict = await verifyBundle(await read(file), {
    ...(key !== undefined && { publicKey: await read(key) }),
    ...(serviceTokenFile !== undefined && {
      serviceToken: new TextDecoder().decode(await read(serviceTokenFile)).trim(),
    }),
  });
  cli.print(verdict, verdictLines);
  if (verdict.valid) return;
  throw new Failure(EXIT.failed, 'bundle_invalid', `${file} is not as Cordon signed it`, {
    next: 'export it anew, and keep this file: it was changed after it was signed',
  });
}

function verdictLines(verdict: BundleVerdict, paint: Paint): string {
  if (!verdict.valid) return `${paint('bad', verdict.reason)}: ${verdict.detail}`;
  const lines = [
    `${paint('good', 'valid')}: ${verdict.checked.join(', ')}`,
    `key ${verdict.key_id}`,
  ];
  if (verdict.trust === 'given_key') return lines.join('\n');
  const warning =
    'Only the key inside the bundle was used, which anyone could have made: compare the key id with that of the installation, or give its key with --key.';
  return [...lines, paint('warning', warning)].join('\n');
}
