import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import { isRedacting } from '../domain/redaction.ts';
import { readVerified } from '../evidence/bundle.ts';
import { expiredIn } from '../evidence/expired-in.ts';
import { evidenceNamedIn } from '../evidence/named-evidence.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './exit.ts';
import type { Paint } from './text/paint.ts';
import { writeBag } from './write-bag.ts';

interface BagRequest {
  id: string;
  directory: string;
  bundle: Uint8Array;
  reason: string;
}

/** Writes the bundle with the evidence that it names, from the store of this machine, as a bag. */
export async function exportBag(
  cli: Cli,
  { id, directory, bundle: bytes, reason }: BagRequest,
): Promise<void> {
  const { verdict, bundle } = await readVerified(bytes);
  if (bundle === null) {
    throw new Failure(EXIT.failed, 'bundle_invalid', `The bundle came broken: ${verdict.detail}`);
  }
  const redacted = 'schema' in bundle && isRedacting(bundle.redaction);
  const evidence = evidenceNamedIn(bundle);
  const { missing, expired } = await writeBag(directory, {
    bundle: bytes,
    evidence,
    expired: new Set(expiredIn(bundle).keys()),
    store: evidence.length === 0 ? NOTHING : await recordedStore(cli, { id, evidence, reason }),
    about: { date: new Date(cli.io.now()).toISOString().slice(0, 10), incidentId: id, redacted },
  });
  const objects = evidence.length - missing.length - expired.length;
  cli.print({ directory, objects, missing, expired, redacted }, bagLines);
}

/** Who takes evidence out of the store of this machine, and why, is on record before. */
function recordedStore(
  { roots, io }: Cli,
  { id, evidence, reason }: { id: string; evidence: readonly EvidenceRef[]; reason: string },
): Promise<Pick<EvidenceStore, 'read'>> {
  return roots.evidence(io.env, { incident_id: id, evidence, reason, account: io.account });
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
  missing: readonly string[];
  expired: readonly string[];
  redacted: boolean;
}

function bagLines(bagged: Bagged, paint: Paint): string {
  const { directory, objects, missing, expired, redacted } = bagged;
  const held = redacted ? 'its evidence is withheld' : `${objects} objects of evidence`;
  return [
    `${directory}: the bundle, ${held}`,
    ...(expired.length === 0 ? [] : [`Expired, with their tombstones: ${expired.join(', ')}`]),
    ...(missing.length === 0 ? [] : [paint('warning', `Not in the store: ${missing.join(', ')}`)]),
    `Verify it: cordon bundle verify ${directory}`,
  ].join('\n');
}
