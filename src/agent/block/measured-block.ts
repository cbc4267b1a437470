import { z } from 'zod';
import type { Listing } from '../contain/nft-table.ts';
import type { Measured } from '../contain/step.ts';
import { PRIORITY } from '../contain/table-rules.ts';
import { BLOCK_HOOKS, SOURCE_SET } from './block-rules.ts';

const setSchema = z.object({ name: z.literal(SOURCE_SET), elem: z.array(z.json()).min(1) });
const chainSchema = z.object({ name: z.string(), hook: z.string(), prio: z.literal(PRIORITY) });
const ruleSchema = z.object({ chain: z.string(), expr: z.array(z.record(z.string(), z.json())) });

/** Whether what the kernel lists drops the source: its element is there yet, and both hooks refer to it. */
export function measuredOf(listing: Listing | null): Measured {
  const said = (in_force: boolean, detail: string) => ({
    ...{ in_force, detail, reading: { listed: listing !== null, dropped: listing?.dropped ?? 0 } },
  });
  if (listing === null) return said(false, 'nothing blocks it');
  const { parts, dropped } = listing;
  if (!parts.some(({ set }) => setSchema.safeParse(set).success)) {
    return said(false, 'its time is over');
  }
  const open = Object.keys(BLOCK_HOOKS).find((hook) => !drops(parts, hook));
  if (open !== undefined) return said(false, `what is dropped in ${open} was changed`);
  return said(true, `it is dropped both ways, ${dropped} packets so far`);
}

/** By the one rule of a chain that is hooked where it was. */
function drops(parts: Listing['parts'], hook: string): boolean {
  const isHooked = parts.some(({ chain }) => chainSchema.safeParse(chain).data?.hook === hook);
  const rules = parts
    .map(({ rule }) => ruleSchema.safeParse(rule).data)
    .filter((rule) => rule?.chain === hook);
  const expr = rules[0]?.expr ?? [];
  const matches = expr.some(({ match }) => JSON.stringify(match)?.includes(`"@${SOURCE_SET}"`));
  return isHooked && rules.length === 1 && matches && expr.some((part) => 'drop' in part);
}
