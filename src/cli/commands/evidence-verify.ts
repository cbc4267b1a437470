import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import type { EvidenceReport } from '../roots.ts';
import type { Paint } from '../text/paint.ts';
import { counted } from '../text/counted.ts';

export function evidenceVerifyCommand(cli: Cli): Command {
  return new Command('verify')
    .description(
      'read back every signed manifest and all that it lists; find what is not as it was',
    )
    .action(() => verify(cli));
}

async function verify(cli: Cli): Promise<void> {
  const report = await cli.roots.verifyEvidence(cli.io.env);
  cli.print(report, reportLines);
  if (report.misses.length === 0) return;
  throw new Failure(EXIT.failed, 'evidence_lost', 'Evidence is not as it was kept', {
    next: 'keep a copy of the store as it is, and restore the objects that are named from a backup',
  });
}

function reportLines(report: EvidenceReport, paint: Paint): string {
  const { manifests, artifacts, bytes, misses, expired } = report;
  const lines = misses.map(({ manifest, name, sha256, reason, detail }) => {
    const what = name === '' ? `manifest ${sha256}` : `${name} (${sha256}) of manifest ${manifest}`;
    return `${paint('bad', reason)}: ${what}: ${detail}`;
  });
  const gone = expired.map(({ name, sha256, until, tombstone }) => {
    return `${paint('dim', 'expired')}: ${name} (${sha256}), kept until ${until}: tombstone ${tombstone.sha256}`;
  });
  const verdict = misses.length === 0 ? paint('good', 'valid') : paint('bad', 'not as it was kept');
  return [
    ...lines,
    ...gone,
    `${verdict}: ${counted(manifests, 'manifest')}, ${counted(artifacts, 'artifact')}, ${bytes} bytes`,
    timeLine(report, paint),
  ].join('\n');
}

/** What has no token is as good as our own clock was, and what was not checked proves nothing. */
function timeLine({ manifests, timestamps, misses }: EvidenceReport, paint: Paint): string {
  const { verified, unchecked } = timestamps;
  const refused = misses.filter(({ name }) => name === 'timestamp').length;
  const localOnly = Math.max(0, manifests - verified - unchecked - refused);
  const told = `time: ${verified} stamped, ${localOnly} local only`;
  if (unchecked === 0) return told;
  const warning = `${unchecked} time stamps not checked: set EVIDENCE_TSA_CERTIFICATES_FILE`;
  return `${told}\n${paint('warning', warning)}`;
}
