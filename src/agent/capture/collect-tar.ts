import type { CaptureTarget, CollectFrom } from './collector.ts';
import { startFindings, type Findings } from './findings.ts';
import { TAR_TYPE } from './tar-entry.ts';
import { unhurried } from './unhurried.ts';

/** A collector whose artifact is a tar, written by `archive` with its end. */
export function collectTar(
  archive: (target: CaptureTarget, findings: Findings) => Iterable<Uint8Array>,
): CollectFrom {
  return (target) => {
    const findings = startFindings();
    const bytes = unhurried(archive(target, findings));
    return { mediaType: TAR_TYPE, bytes, verdict: findings.verdict };
  };
}
