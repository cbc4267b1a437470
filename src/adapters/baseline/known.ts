import { blastRadiusOf } from '../../domain/blast-radius.ts';
import type { CheckedIncident } from '../../domain/baseline-check.ts';
import type { InventorySource } from '../../domain/inventory.ts';
import { subjectSchema } from '../../domain/report.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import type { Known } from './checker.ts';

/** What an inventory says of what an incident is about. */
export function knownFrom(
  inventory: Pick<InventorySource, 'read'>,
  { subject }: Pick<CheckedIncident, 'subject'>,
): Known {
  return {
    images: async () => {
      const { agents } = await inventory.read();
      return Object.values(agents).flatMap(({ image }) => (image === undefined ? [] : [image]));
    },
    reached: async (reach, field) => {
      const all = await inventory.read();
      const digest = sha256Hex(canonicalJson(all));
      const { reaches } = blastRadiusOf(all, subjectSchema.parse(subject), digest);
      const things: Record<string, string | undefined>[] = reaches[reach];
      return things.flatMap(({ [field]: name }) => (name === undefined ? [] : [name]));
    },
  };
}
