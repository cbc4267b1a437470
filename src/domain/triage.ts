import { z } from 'zod';
import { expressionSchema } from './detector-rules.ts';
import { durationSchema } from './duration.ts';
import { nameSchema, severitySchema } from './primitives.ts';
import { subjectFieldSchema } from './report.ts';
import type { Severity } from './severity.ts';

/** How soon somebody has to look at it: the first at once. */
export const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const;
export const levelSchema = z.enum(LEVELS);
export type Level = z.infer<typeof levelSchema>;

const LEVEL_OF: Readonly<Record<Severity, Level>> = {
  critical: 'P0',
  high: 'P1',
  medium: 'P2',
  low: 'P3',
};
const SEVERITY_OF: Readonly<Record<Level, Severity>> = {
  P0: 'critical',
  P1: 'high',
  P2: 'medium',
  P3: 'low',
};

export function levelOf(severity: Severity): Level {
  return LEVEL_OF[severity];
}

export function severityOf(level: Level): Severity {
  return SEVERITY_OF[level];
}

/** As the files of playbooks are named. */
const playbookNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'is not the name of a playbook');

/** Why the tree ends here, for whoever reads the path. */
const noteSchema = z.string().min(1).max(500);

/** The alert is a report of this class; where no rule is about the class, one of the class that its own rule names. */
const openingLeafSchema = z.strictObject({
  class: nameSchema,
  /** Else that of the severity. */
  level: z.exactOptional(levelSchema),
  /** Else that of the level; where that is not given either, the severity that the rule has found. */
  severity: z.exactOptional(severitySchema),
  playbook: z.exactOptional(playbookNameSchema),
  note: noteSchema,
});

/** The alert is kept, counted and listed, and is no report. */
const logLeafSchema = z.strictObject({
  log: z.literal(true),
  level: levelSchema,
  note: noteSchema,
});

/** The alert is what its rule says. Its level is that of its severity. */
const keepLeafSchema = z.strictObject({ keep: z.literal(true), note: noteSchema });

const leafSchema = z.union([openingLeafSchema, logLeafSchema, keepLeafSchema]);
export type TriageLeaf = z.output<typeof leafSchema>;

/** `question`: its name in the path. `ask`: an expression over `alert`, `report`, `subject_state` and `many`. */
const questionFields = { question: nameSchema, ask: expressionSchema };

/** What cannot be decided is answered with no. */
export interface YesNo {
  question: string;
  ask: string;
  yes: TriageNode;
  no: TriageNode;
}

/** By the text that `ask` comes to; `else` where that is none of them, or nothing. */
export interface Cases {
  question: string;
  ask: string;
  cases: Record<string, TriageNode>;
  else: TriageNode;
}

export type TriageNode = YesNo | Cases | TriageLeaf;

/** Questions one below the other: more than a person follows. */
const MOST_QUESTIONS_DEEP = 10;

function nodeSchema(deep: number): z.ZodType<TriageNode> {
  if (deep === 0) return leafSchema;
  const below = z.lazy(() => nodeSchema(deep - 1));
  const cases = z.record(z.string().min(1).max(64), below);
  return z.union([
    z.strictObject({ ...questionFields, yes: below, no: below }),
    z.strictObject({ ...questionFields, cases, else: below }),
    leafSchema,
  ]);
}

const DAY_MS = 86_400_000;

/** Alerts of a kind that are many together: as many of one subject in a window of event time, whichever came first. */
export const triageCountSchema = z.strictObject({
  /** Which alerts count: an expression over `alert` and `report`. */
  of: expressionSchema,
  /** The fields that make a subject one. An alert that lacks one of them does not count. */
  by: z.array(subjectFieldSchema).min(1).max(4),
  /** Two alerts of a window are less than this apart. */
  within: durationSchema.refine(
    (ms) => ms > 0 && ms <= DAY_MS,
    'must be more than 0, and a day at most',
  ),
  many: z.int().min(2).max(100),
});
export type TriageCount = z.output<typeof triageCountSchema>;

/** Questions about an alert, until a leaf says what it is. */
export const triageTreeSchema = z.strictObject({
  /** Actions: a subject for which one of them is held, and was measured to be in force, is quarantined. */
  quarantined_by: z.array(nameSchema).max(8).default([]),
  /** By the name under which `many` speaks of them. */
  counts: z.record(nameSchema, triageCountSchema).default({}),
  root: nodeSchema(MOST_QUESTIONS_DEEP),
});
export type TriageTree = z.output<typeof triageTreeSchema>;

/** `triage.yaml`: trees by name. One is asked about the alerts of the rules that name it. */
export const triagePolicySchema = z.strictObject({
  version: z.literal(1),
  trees: z.record(nameSchema, triageTreeSchema),
});

/** Why a report is what it is: the questions of a tree and how they were answered. */
export const triageMarkSchema = z.strictObject({
  tree: nameSchema,
  path: z
    .array(z.strictObject({ question: nameSchema, answer: z.string().max(64) }))
    .max(MOST_QUESTIONS_DEEP),
  level: levelSchema,
  /** Absent where the tree names none. */
  playbook: z.exactOptional(playbookNameSchema),
});
export type TriageMark = z.infer<typeof triageMarkSchema>;
