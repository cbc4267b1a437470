import type { VerificationFindings } from '../src/domain/sweeps.ts';
import { timesIn } from '../src/evidence/custody-entries.ts';
import { verifyTimestamps } from '../src/evidence/verify-timestamps.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { NOTHING_FOUND, tell, violation } from './violations.ts';

/**
 * Every token that the ledger names, over the manifest that it is of. Where no authority is trusted, that it is there
 * and is what it was.
 */
export async function verifyTimes(deps: SweepDeps): Promise<VerificationFindings> {
  const { store, ledger, verifyTimestamp: verify } = deps;
  const { misses } = await verifyTimestamps(timesIn(ledger.register), { store, verify });
  const found = misses.map(({ sha256, reason, detail }) => {
    return violation('timestamp', { reason, at: sha256 }, detail);
  });
  return { ...NOTHING_FOUND, misses: found.length, unreported: await tell(deps, found) };
}
