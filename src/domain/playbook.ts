import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { BREAKER_STEP } from './held.ts';
import { REACHES } from './inventory.ts';
import { nameSchema, severitySchema } from './primitives.ts';
import { ROLES } from './principal.ts';
import { subjectSchema } from './report.ts';
import { resultFieldsSchema } from './result-field.ts';

/** How soon somebody must respond, first the most urgent. */
export const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const;
export const levelSchema = z.enum(LEVELS);
export type Level = z.infer<typeof levelSchema>;

/** What a task is part of, in this order. Those of `review` gate the closing, all others the resolution. */
export const PHASES = [
  'contain',
  'collect',
  'verify',
  'analyze',
  'remediate',
  'recover',
  'review',
] as const;
export const phaseSchema = z.enum(PHASES);
export type Phase = z.infer<typeof phaseSchema>;

/** Clocks beside those of the service levels: until somebody has taken it on, and until a phase has no open task. */
export const PLAYBOOK_CLOCKS = [
  'respond',
  'collect',
  'verify',
  'analyze',
  'remediate',
  'recover',
] as const;

/** Of one playbook. With many more, its plan would not fit beside the rest of an incident. */
const MOST_TASKS = 60;
const MOST_STEPS = 40;

const line = z.string().min(1).max(200);
const paragraph = z.string().min(1).max(1_500);
const someTime = durationSchema.refine((ms) => ms > 0, 'must be longer than zero');
const HOUR_MS = 3_600_000;

/** Who may decide: each a distinct person, none of them whom the incident is about. */
const approvalSchema = z.strictObject({
  roles: z.array(z.enum(ROLES)).min(1).default(['operator']),
  persons: z.int().min(1).max(2).default(1),
  /** By when; somebody is paged when it has passed. Two persons must decide within it of each other. */
  within: someTime.default(4 * HOUR_MS),
  /** True: it is there to be asked for, and nothing waits for a decision. */
  on_demand: z.boolean().default(false),
});

const stepSchema = z.strictObject({
  step: nameSchema.refine((step) => step !== BREAKER_STEP, 'is a reserved name'),
  /** As targets.yaml names it. */
  action: nameSchema,
  /** Taken on each of what the subject can have reached, and not on the subject itself. */
  each: z.enum(REACHES).optional(),
  /** Steps whose actions must be in force before. */
  after: z.array(nameSchema).max(8).default([]),
  branch: nameSchema.optional(),
  /** Absent: it is taken without asking. */
  approval: approvalSchema.optional(),
});

const taskSchema = z.strictObject({
  task: nameSchema,
  phase: phaseSchema,
  title: line,
  guidance: paragraph.optional(),
  role: z.enum(['operator', 'recovery_admin', 'forensic', 'policy_admin']).default('operator'),
  /** From the report; of a task of the review, from the resolution. */
  due: someTime,
  /** False: it is shown, and nothing waits for it. */
  required: z.boolean().default(true),
  result: resultFieldsSchema.default({}),
  /** How many artifacts must be attached at least. */
  evidence: z.int().min(0).max(20).default(0),
  /** Tasks that must be done before. */
  after: z.array(nameSchema).max(8).default([]),
  branch: nameSchema.optional(),
});

/** Taken when the task's result says so. */
const branchSchema = z.strictObject({
  task: nameSchema,
  field: nameSchema,
  is: z.array(nameSchema).min(1).max(16),
  /** Ends the incident as a false positive: no task outside of this branch is left to do then. */
  ends: z.literal('false_positive').optional(),
});

/** How classes are answered that `incident-containment.yaml` has no rule for. Its automatic steps are the actions. */
const ruleSchema = z.strictObject({
  default_severity: severitySchema,
  auto_contain: z.boolean().default(true),
  latched: z.boolean().default(false),
  /** `by_policy`: as `recovery.yaml` says for the severity. */
  reattest: z.enum(['by_policy', 'always', 'never']).default('by_policy'),
  /** Whether `response` of `recovery.yaml` says how much is done at which severity. */
  by_severity: z.boolean().default(true),
});

/** `playbooks/<name>.yaml`: the course of one kind of incident. */
export const playbookSchema = z.strictObject({
  version: z.literal(1),
  playbook: nameSchema,
  title: line,
  description: paragraph.optional(),
  symptoms: z.array(line).max(20).default([]),
  /** The artifacts that an investigation of it should come to. */
  expected: z.array(line).max(20).default([]),
  /** Classes. No other playbook serves one of them. */
  serves: z.array(nameSchema).min(1).max(16),
  level: levelSchema,
  rule: ruleSchema.optional(),
  /** Captured from beside the targets of its actions. */
  capture: z.array(nameSchema).max(16).default([]),
  steps: z.array(stepSchema).max(MOST_STEPS).default([]),
  branches: z.record(nameSchema, branchSchema).default({}),
  tasks: z.array(taskSchema).max(MOST_TASKS).default([]),
  /** As baseline.yaml names them: all must pass before it is resolved. */
  checks: z
    .array(z.strictObject({ check: nameSchema, branch: nameSchema.optional() }))
    .max(32)
    .default([]),
  /** How many persons resolve it, and within which time of each other. */
  resolve: z
    .strictObject({ persons: z.int().min(1).max(2).default(1), within: someTime.default(HOUR_MS) })
    .default({ persons: 1, within: HOUR_MS }),
  /** How long the subject is watched after the release; the same again meanwhile is linked to this one. */
  watch: durationSchema.default(0),
  clocks: z.partialRecord(z.enum(PLAYBOOK_CLOCKS), someTime).default({}),
  /** `signed`: closed only when somebody other than who resolved it has signed the review. */
  /** On whom it is rehearsed at the practice range. */
  drill: subjectSchema.optional(),
  review: z
    .strictObject({ signed: z.boolean().default(true), asks: z.array(line).max(20).default([]) })
    .default({ signed: true, asks: [] }),
});
export type Playbook = z.output<typeof playbookSchema>;
export type PlaybookStep = Playbook['steps'][number];
export type PlaybookTask = Playbook['tasks'][number];

/** One playbook in force, and the digest of the file that says it. */
export const playbookInForceSchema = z.strictObject({
  digest: z.string(),
  ...playbookSchema.shape,
});
export type PlaybookInForce = z.output<typeof playbookInForceSchema>;
