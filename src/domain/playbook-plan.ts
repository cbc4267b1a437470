import { z } from 'zod';
import { REACHES } from './inventory.ts';
import { LEVELS, phaseSchema, PLAYBOOK_CLOCKS } from './playbook.ts';
import { nameSchema, sha256Schema } from './primitives.ts';
import { ROLES } from './principal.ts';
import { resultFieldsSchema } from './result-field.ts';

/** One action as far as it can be planned without knowing on whom. */
export const actionTemplateSchema = z.strictObject({
  action: nameSchema,
  target: z.string(),
  kind: z.enum(['target', 'ledger']),
  freeze: z.boolean(),
  destructive: z.boolean(),
  release: z.enum(['automatic', 'manual', 'none']),
  timeout_ms: z.int().positive(),
  /** Subject fields that tell one held thing from another; `thing`: what is named on a host. */
  scope: z.array(z.string()),
  /** What a subject is on that names no host; '' for none. */
  unnamed_host: z.string(),
});
export type ActionTemplate = z.infer<typeof actionTemplateSchema>;

const ms = z.int().nonnegative();
const branch = z.union([z.literal(''), nameSchema]);

export const plannedStepSchema = z.strictObject({
  step: nameSchema,
  template: actionTemplateSchema,
  each: z.enum(REACHES).nullable(),
  after: z.array(nameSchema),
  branch,
  approval: z
    .strictObject({
      roles: z.array(z.enum(ROLES)),
      persons: z.int(),
      within_ms: ms,
      on_demand: z.boolean(),
    })
    .nullable(),
});
export type PlannedStep = z.infer<typeof plannedStepSchema>;

export const plannedTaskSchema = z.strictObject({
  task: nameSchema,
  phase: phaseSchema,
  title: z.string(),
  guidance: z.string(),
  role: z.enum(ROLES),
  due_ms: ms,
  required: z.boolean(),
  result: resultFieldsSchema,
  evidence: z.int(),
  after: z.array(nameSchema),
  branch,
});
export type PlannedTask = z.infer<typeof plannedTaskSchema>;

/** A playbook as one incident runs it, pinned in its plan. */
export const playbookPlanSchema = z.strictObject({
  playbook: nameSchema,
  title: z.string(),
  digest: sha256Schema,
  level: z.enum(LEVELS),
  steps: z.array(plannedStepSchema),
  branches: z.record(
    nameSchema,
    z.strictObject({
      task: nameSchema,
      field: nameSchema,
      is: z.array(nameSchema),
      ends: z.enum(['', 'false_positive']),
    }),
  ),
  tasks: z.array(plannedTaskSchema),
  checks: z.array(z.strictObject({ check: nameSchema, branch })),
  resolve: z.strictObject({ persons: z.int(), within_ms: ms }),
  watch_ms: ms,
  clocks: z.partialRecord(z.enum(PLAYBOOK_CLOCKS), ms),
  review: z.strictObject({ signed: z.boolean(), asks: z.array(z.string()) }),
});
export type PlaybookPlan = z.infer<typeof playbookPlanSchema>;
