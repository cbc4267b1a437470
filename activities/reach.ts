import type { ReachRequest } from '../src/domain/activities.ts';
import { blastRadiusOf } from '../src/domain/blast-radius.ts';
import type { BlastRadius } from '../src/domain/inventory.ts';
import { canonicalJson } from '../src/evidence/canonical.ts';
import { sha256Hex } from '../src/evidence/digest.ts';
import type { ActivityDeps } from './deps.ts';

/** What the subject can have reached, by the inventory as it is now, which is named by its digest. */
export async function reach(
  { inventory }: Pick<ActivityDeps, 'inventory'>,
  { subject }: ReachRequest,
): Promise<BlastRadius> {
  const known = await inventory.read();
  return blastRadiusOf(known, subject, sha256Hex(canonicalJson(known)));
}
