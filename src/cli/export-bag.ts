import type { EvidenceStore } from '../domain/evidence.ts';
import { isRedacting } from '../domain/redaction.ts';
import { readVerified } from '../evidence/bundle.ts';
import { evidenceNamedIn } from '../evidence/named-evidence.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './exit.ts';
import type { Paint } from './text/paint.ts';
import { writeBag } from './write-bag.ts';

/** Writes the bundle with the evidence that it names, from the store of this machine, as a bag. */
export async function exportBag(
  cli: Cli,
  { id, directory, bundle: bytes }: { id: string; directory: string; bundle: Uint8Array },
): Promise<void> {
  const { verdict, bundle } = await readVerified(bytes);
  if (bundle === null) {
    throw new Failure(EXIT.failed, 'bundle_invalid', `The bundle came broken: ${verdict.detail}`);
  }
  const redacted = 'schema' in bundle && isRedacting(bundle.redaction);
  const evidence = evidenceNamedIn(bundle);
  const { missing } = await writeBag(directory, {
    bundle: bytes,
    evidence,
    store: evidence.length === 0 ? NOTHING : await cli.roots.evidence(cli.io.env),
    about: { date: new Date(cli.io.now()).toISOString().slice(0, 10), incidentId: id, redacted },
  });
  const objects = evidence.length - missing.length;
  cli.print({ directory, objects, missing, redacted }, bagLines);
}

/** For a bundle that names no evidence: the store need not even be there. */
const NOTHING: Pick<EvidenceStore, 'read'> = {
  read: () => {
    throw new TypeError('there is nothing to be read');
  },
};

interface Bagged {
  directory: string;
  objects: number;
  missing: string[];
  redacted: boolean;
}

function bagLines({ directory, objects, missing, redacted }: Bagged, paint: Paint): string {
  const held = redacted ? 'its evidence is withheld' : `${objects} objects of evidence`;
  return [
    `${directory}: the bundle, ${held}`,
    ...(missing.length === 0 ? [] : [paint('warning', `Not in the store: ${missing.join(', ')}`)]),
    `Verify it: cordon bundle verify ${directory}`,
  ].join('\n');
}
