import { z } from 'zod';
import { alertFormatSchema } from './alert.ts';
import { nameSchema, severitySchema } from './primitives.ts';
import { subjectFieldSchema } from './report.ts';

/** In the Common Expression Language. `alert` is the alert as its format's reader gives it. */
export const expressionSchema = z.string().min(1).max(2_000);

/** The first that comes to something, which neither an absent member nor '' nor null does. */
const firstOfSchema = z
  .union([expressionSchema, z.array(expressionSchema).min(1).max(8)])
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** What one kind of alert becomes. */
export const alertRuleSchema = z.strictObject({
  name: nameSchema,
  /** An alert for which this is true, and no earlier rule's was. One that cannot be decided is not true. */
  when: expressionSchema,
  class: nameSchema,
  /** The tree of `triage.yaml` that decides the class instead, by what else is known; this class is what it falls back on. */
  triage: z.exactOptional(nameSchema),
  /** A severity, or an expression that comes to one. Else it is the default of the class. */
  severity: z.union([severitySchema, expressionSchema]).optional(),
  subject: z.partialRecord(subjectFieldSchema, firstOfSchema).default({}),
  /** Else the alert's title. */
  description: firstOfSchema.optional(),
  /** What is shown of it, by name. The alert's bytes are kept whole in any case. */
  evidence: z.record(z.string().min(1).max(64), expressionSchema).default({}),
  /** What makes it another cause, beside its class, its subject and this rule. */
  cause: z.array(expressionSchema).max(8).default([]),
  /** One fault of many: alerts about other subjects join the same incident, and each subject is contained. */
  fan_in: z.boolean().default(false),
});
export type AlertRule = z.output<typeof alertRuleSchema>;

/** `detectors/<name>.yaml`: what the alerts of one format become. */
export const detectorRulesSchema = z.strictObject({
  version: z.literal(1),
  format: alertFormatSchema,
  /** Documents of this format, below `samples/`, with the rule that each alert in them falls under; '' for none. */
  samples: z
    .array(
      z.strictObject({
        file: z.string().min(1),
        falls_under: z.array(z.union([z.literal(''), nameSchema])),
      }),
    )
    .default([]),
  /** The first that matches decides. */
  rules: z.array(alertRuleSchema).max(200),
});
export type DetectorRules = z.output<typeof detectorRulesSchema>;
