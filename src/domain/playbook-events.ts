import { z } from 'zod';
import { checkResultSchema } from './baseline-check.ts';
import { evidenceRefSchema } from './evidence.ts';
import { blastRadiusSchema } from './inventory.ts';
import { plannedActionSchema } from './plan.ts';
import { DECISIONS } from './playbook-progress.ts';
import { instantSchema, nameSchema, sha256Schema } from './primitives.ts';
import { taskResultSchema } from './result-field.ts';

/** What can happen to an incident by its playbook. */
export const playbookEventSchemas = [
  z.strictObject({ type: z.literal('scoped'), ...blastRadiusSchema.shape }),
  z.strictObject({ type: z.literal('scope_unknown'), reason: z.string() }),
  z.strictObject({
    type: z.literal('decided'),
    by: z.string(),
    claim: z.string(),
    note: z.string(),
    step: nameSchema,
    verdict: z.enum(DECISIONS),
    binding: sha256Schema,
  }),
  z.strictObject({
    type: z.literal('engaged'),
    step: nameSchema,
    actions: z.array(plannedActionSchema),
  }),
  z.strictObject({
    type: z.literal('task_assigned'),
    task: nameSchema,
    to: z.string(),
    by: z.string(),
  }),
  z.strictObject({
    type: z.literal('task_done'),
    task: nameSchema,
    by: z.string(),
    claim: z.string(),
    note: z.string(),
    result: taskResultSchema,
    evidence: z.array(evidenceRefSchema),
  }),
  z.strictObject({ type: z.literal('checked'), results: z.array(checkResultSchema) }),
  z.strictObject({ type: z.literal('watch_began'), until: instantSchema }),
  z.strictObject({ type: z.literal('watch_over') }),
  z.strictObject({
    type: z.literal('reviewed'),
    by: z.string(),
    note: z.string(),
    document: evidenceRefSchema,
  }),
] as const;
