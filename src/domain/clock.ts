import { z } from 'zod';
import { PLAYBOOK_CLOCKS } from './playbook.ts';
import { nameSchema } from './primitives.ts';

/** The clocks of the service levels, which every incident has. */
const SLA_STAGES = ['contain', 'acknowledge', 'resolve', 'review'] as const;

/** Beside those: a clock of the playbook by its name, `task/<task>` and `decide/<step>`. */
export const clockSchema = z.union([
  z.enum(SLA_STAGES),
  z.enum(PLAYBOOK_CLOCKS),
  z.templateLiteral(['task/', nameSchema]),
  z.templateLiteral(['decide/', nameSchema]),
]);
export type Clock = z.infer<typeof clockSchema>;
