import { z } from 'zod';
import { CHECK_VERDICTS } from './baseline-check.ts';
import { evidenceRefSchema } from './evidence.ts';
import { REACHES } from './inventory.ts';
import { LEVELS, phaseSchema } from './playbook.ts';
import { decisionSchema, TASK_STATES } from './playbook-progress.ts';
import { incidentIdSchema, instantOrEmptySchema, nameSchema } from './primitives.ts';
import { ROLES } from './principal.ts';
import { resultFieldsSchema, taskResultSchema } from './result-field.ts';

/** A task of an incident as the API shows it. */
const listedTaskSchema = z.strictObject({
  task: nameSchema,
  phase: phaseSchema,
  title: z.string(),
  guidance: z.string(),
  role: z.enum(ROLES).describe('Who may do it'),
  state: z.enum(TASK_STATES),
  required: z.boolean().describe('Whether anything waits for it'),
  due_at: instantOrEmptySchema.describe('Empty: its time begins at the resolution'),
  overdue: z.boolean(),
  assignee: z.string().describe('Empty: nobody has it'),
  blocked_by: z
    .array(z.string())
    .describe('The tasks that come first; resolve: it is part of the review'),
  result_schema: resultFieldsSchema,
  evidence_required: z.int().describe('How many artifacts must be attached at least'),
  result: taskResultSchema,
  evidence: z.array(evidenceRefSchema),
  done_at: instantOrEmptySchema,
  done_by: z.string(),
});
export type ListedTask = z.infer<typeof listedTaskSchema>;

/**
 * A decision that somebody may make now, by the name of its step; `resolve` is the opening of the containment, and
 * `breaker` whatever it holds.
 */
const openDecisionSchema = z.strictObject({
  step: nameSchema,
  action: z.string().describe('Empty: it is the resolution'),
  each: z.enum(['', ...REACHES]).describe('Taken on each of these; empty: on the subject'),
  roles: z.array(z.enum(ROLES)).describe('Who may decide'),
  persons: z.int().describe('How many must approve, each a distinct person'),
  on_demand: z.boolean().describe('Nothing waits for it'),
  due_at: instantOrEmptySchema,
  overdue: z.boolean(),
  given: z.array(decisionSchema.pick({ by: true, at: true, verdict: true })),
});
export type OpenDecision = z.infer<typeof openDecisionSchema>;

/** What an incident's playbook leaves to people, and what proves recovery. Empty where it has none. */
export const checklistSchema = z.strictObject({
  incident_id: incidentIdSchema,
  playbook: z.string(),
  title: z.string(),
  level: z.enum(['', ...LEVELS]),
  branches: z.array(nameSchema).describe('Those that were taken'),
  tasks: z.array(listedTaskSchema),
  decisions: z.array(openDecisionSchema),
  checks: z.array(
    z.strictObject({
      check: nameSchema,
      verdict: z.enum(['', ...CHECK_VERDICTS]).describe('Empty: not compared yet'),
      detail: z.string(),
      at: instantOrEmptySchema,
    }),
  ),
});
export type Checklist = z.infer<typeof checklistSchema>;
