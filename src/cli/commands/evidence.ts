import { Command } from 'commander';
import type { CustodyReport } from '../../evidence/verify-custody.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Paint } from '../text/paint.ts';

export function evidenceCommand(cli: Cli): Command {
  const evidence = new Command('evidence').description('check the evidence of this machine');
  evidence
    .command('verify')
    .description(
      'read back every signed manifest and all that it lists; find what is not as it was',
    )
    .action(() => verify(cli));
  return evidence;
}

async function verify(cli: Cli): Promise<void> {
  const report = await cli.roots.verifyEvidence(cli.io.env);
  cli.print(report, reportLines);
  if (report.misses.length === 0) return;
  throw new Failure(EXIT.failed, 'evidence_lost', 'Evidence is not as it was kept', {
    next: 'keep a copy of the store as it is, and restore the objects that are named from a backup',
  });
}

function reportLines({ manifests, artifacts, bytes, misses }: CustodyReport, paint: Paint): string {
  const lines = misses.map(({ manifest, name, sha256, reason, detail }) => {
    const what = name === '' ? `manifest ${sha256}` : `${name} (${sha256}) of manifest ${manifest}`;
    return `${paint('bad', reason)}: ${what}: ${detail}`;
  });
  const verdict = misses.length === 0 ? paint('good', 'valid') : paint('bad', 'not as it was kept');
  return [
    ...lines,
    `${verdict}: ${manifests} manifests, ${artifacts} artifacts, ${bytes} bytes`,
  ].join('\n');
}
