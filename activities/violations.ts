import type { VerificationFindings } from '../src/domain/sweeps.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import { sha256Hex } from '../src/evidence/digest.ts';
import type { SweepDeps, Violation } from './sweep-deps.ts';

export const NOTHING_FOUND: VerificationFindings = {
  entries: 0,
  objects: 0,
  bytes: 0,
  misses: 0,
  unreported: 0,
};

const SENTENCES = {
  evidence: (at: string) => `Evidence ${at} is lost`,
  ledger: () => 'The ledger is broken',
  timestamp: (at: string) => `Time stamp ${at} proves nothing`,
};

/** `at`: the digest, or the place in the ledger. What was found before has the same key. */
export function violation(
  of: keyof typeof SENTENCES,
  { reason, at }: { reason: string; at: string },
  detail: string,
): Violation {
  const identity = { of, reason, at };
  return {
    key: sha256Hex(canonicalJson(identity)),
    description: `${SENTENCES[of](at)}: ${reason}. ${detail}`,
    evidence: { ...identity, detail },
  };
}

/** How many of them have no incident: the log and `/health` are then all that tells of them. */
export async function tell(deps: SweepDeps, violations: readonly Violation[]): Promise<number> {
  let unreported = 0;
  for (const found of violations) {
    if (await deps.reportViolation(found)) continue;
    deps.log.error(found.evidence, found.description);
    unreported += 1;
  }
  return unreported;
}
