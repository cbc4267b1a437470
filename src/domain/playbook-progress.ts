import { z } from 'zod';
import { checkResultSchema } from './baseline-check.ts';
import { evidenceRefSchema } from './evidence.ts';
import { blastRadiusSchema } from './inventory.ts';
import { instantOrEmptySchema, instantSchema, nameSchema, sha256Schema } from './primitives.ts';
import { playbookPlanSchema } from './playbook-plan.ts';
import { taskResultSchema } from './result-field.ts';

export const DECISIONS = ['approve', 'decline'] as const;

/** What one person said of one step, and of which containment. */
export const decisionSchema = z.strictObject({
  step: nameSchema,
  by: z.string(),
  at: instantSchema,
  verdict: z.enum(DECISIONS),
  binding: z.union([z.literal(''), sha256Schema]),
});
export type Decision = z.infer<typeof decisionSchema>;

export const TASK_STATES = ['open', 'assigned', 'done'] as const;

export const taskProgressSchema = z.strictObject({
  task: nameSchema,
  state: z.enum(TASK_STATES),
  assigned_to: z.string(),
  /** For the first time. */
  assigned_at: instantOrEmptySchema.default(''),
  done_at: instantOrEmptySchema,
  done_by: z.string(),
  result: taskResultSchema,
  evidence: z.array(evidenceRefSchema),
});
export type TaskProgress = z.infer<typeof taskProgressSchema>;

/** `approved`: by as many as it takes, and to be taken as soon as it can be. */
export const STEP_STATES = ['waiting', 'approved', 'engaged', 'declined'] as const;

/** `actions`: under which names they are among those of the incident. */
export const stepProgressSchema = z.strictObject({
  step: nameSchema,
  state: z.enum(STEP_STATES),
  at: instantOrEmptySchema,
  actions: z.array(nameSchema),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;

/** How far one incident has come in its playbook. */
export const playbookProgressSchema = z.strictObject({
  plan: playbookPlanSchema,
  tasks: z.array(taskProgressSchema),
  steps: z.array(stepProgressSchema),
  decisions: z.array(decisionSchema),
  /** What the subject can have reached; null while that is not known. */
  scope: blastRadiusSchema.nullable(),
  /** Why it is not; '' where it is, or nobody has asked. */
  scope_problem: z.string(),
  /** Of the last comparison with the baseline. */
  checks: z.array(checkResultSchema),
  /** Who signed the review, and what it was; null before. */
  review: z
    .strictObject({ by: z.string(), at: instantSchema, document: evidenceRefSchema })
    .nullable(),
  /** Until when the subject is watched; '' before the release. */
  watched_until: instantOrEmptySchema,
  watch_over_at: instantOrEmptySchema,
});
export type PlaybookProgress = z.infer<typeof playbookProgressSchema>;
