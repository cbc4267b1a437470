import { Command } from 'commander';
import { type BagTimes, checkBag, type BagVerdict } from '../../evidence/bag-checks.ts';
import type { BundleTrust } from '../../evidence/bundle-checks.ts';
import {
  type Accepted,
  readVerified,
  verifyBundle,
  type BundleVerdict,
} from '../../evidence/bundle.ts';
import { replayBundle } from '../../evidence/replay.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
import { isDirectory, readBag } from '../read-bag.ts';
import type { Paint } from '../text/paint.ts';
import { replayLines } from '../text/replay-lines.ts';

interface Options {
  key?: string;
  serviceTokenFile?: string;
  tsaCertificates?: string;
}

const OF_KEY = ['--key <file>', 'public key (PEM) that must have signed it'] as const;
const OF_TOKEN = ['--service-token-file <file>', 'also check the HMAC with this token'] as const;

export function bundleCommand(cli: Cli): Command {
  const bundle = new Command('bundle').description('check exported forensic bundles');
  bundle
    .command('verify')
    .description('verify a bundle or a bag offline, with nothing but the file and the key')
    .argument('<file>', 'an exported bundle, or the directory of a bag; - for standard input')
    .option(...OF_KEY)
    .option(...OF_TOKEN)
    .option('--tsa-certificates <file>', 'PEM of the authorities whose time stamps are believed')
    .action((file: string, options: Options) => verify(cli, file, options));
  bundle
    .command('replay')
    .description('verify a bundle, then tell what was decided by whom, and fold it anew')
    .argument('<file>', 'an exported bundle; - for standard input')
    .option(...OF_KEY)
    .option(...OF_TOKEN)
    .action((file: string, options: Options) => replay(cli, file, options));
  return bundle;
}

async function verify(cli: Cli, file: string, options: Options): Promise<void> {
  const trust = await trustOf(cli, options);
  if (await isDirectory(file)) {
    const verdict = await checkBag(await readBag(file), trust);
    cli.print(verdict, bagLines);
    if (!verdict.valid) throw invalid(file);
    return;
  }
  const verdict = await verifyBundle(await readInput(cli.io, file), trust);
  cli.print(verdict, verdictLines);
  if (!verdict.valid) throw invalid(file);
}

async function replay(cli: Cli, file: string, options: Options): Promise<void> {
  const bytes = await readInput(cli.io, file);
  const { verdict, bundle } = await readVerified(bytes, await trustOf(cli, options));
  if (bundle === null) {
    cli.print(verdict, verdictLines);
    throw invalid(file);
  }
  const replayed = replayBundle(bundle);
  cli.print(replayed, replayLines);
  if (replayed.valid) return;
  const message = `The entries of ${file} do not lead to the incident that is in it`;
  throw new Failure(EXIT.failed, 'replay_differs', message, {
    next: 'compare it with the ledger: `cordon ledger verify` where it was exported',
  });
}

async function trustOf(cli: Cli, options: Options): Promise<BundleTrust> {
  const { key, serviceTokenFile, tsaCertificates: tsa } = options;
  const read = (name: string) => readInput(cli.io, name);
  return {
    ...(tsa !== undefined && {
      verifyTimestamp: await cli.roots.timestampVerifier(await read(tsa)),
    }),
    ...(key !== undefined && { publicKey: await read(key) }),
    ...(serviceTokenFile !== undefined && {
      serviceToken: new TextDecoder().decode(await read(serviceTokenFile)).trim(),
    }),
  };
}

function invalid(file: string): Failure {
  return new Failure(EXIT.failed, 'bundle_invalid', `${file} is not as Cordon signed it`, {
    next: 'export it anew, and keep this file: it was changed after it was signed',
  });
}

function bagLines(verdict: BagVerdict, paint: Paint): string {
  if (!verdict.valid) return `${paint('bad', verdict.reason)}: ${verdict.detail}`;
  const { files, missing, expired, timestamps, bundle } = verdict;
  const gone = expired.map((sha256) =>
    paint('dim', `${sha256} has expired: its tombstone is here`),
  );
  const lacking = missing.map((sha256) => paint('warning', `without the evidence ${sha256}`));
  return [
    `${paint('good', 'valid')}: a bag of ${files} files`,
    ...gone,
    ...lacking,
    ...timeLines(timestamps, paint),
    accepted(bundle, paint),
  ].join('\n');
}

function timeLines({ verified, unchecked, local_only }: BagTimes, paint: Paint): string[] {
  if (verified + unchecked + local_only === 0) return [];
  const told = `time: ${verified} manifests stamped, ${local_only} local only`;
  if (unchecked === 0) return [told];
  return [told, paint('warning', `${unchecked} time stamps not checked: give --tsa-certificates`)];
}

function verdictLines(verdict: BundleVerdict, paint: Paint): string {
  if (!verdict.valid) return `${paint('bad', verdict.reason)}: ${verdict.detail}`;
  return accepted(verdict, paint);
}

function accepted({ checked, key_id, trust }: Accepted, paint: Paint): string {
  const lines = [`${paint('good', 'valid')}: ${checked.join(', ')}`, `key ${key_id}`];
  if (trust === 'given_key') return lines.join('\n');
  const warning =
    'Only the key inside the bundle was used, which anyone could have made: compare the key id with that of the installation, or give its key with --key.';
  return [...lines, paint('warning', warning)].join('\n');
}
