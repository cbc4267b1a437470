import { z } from 'zod';
import { playbookPlanSchema } from './playbook-plan.ts';
import { nameSchema, severitySchema, sha256Schema } from './primitives.ts';
import { subjectSchema } from './report.ts';

/** One containment step as it was planned: which action, where, on what, in which way. */
export const plannedActionSchema = z.strictObject({
  action: nameSchema,
  target: z.string(),
  /** What is held, e.g. `freeze_agent@agent#host-3`: two incidents that name it hold one thing. */
  resource: z.string(),
  /** `ledger`: carried out by Cordon itself as an entry; `target`: by a service. */
  kind: z.enum(['target', 'ledger']),
  freeze: z.boolean(),
  destructive: z.boolean(),
  /** `automatic` after the ceremony, `manual` by people only, `none` where there is nothing to undo. */
  release: z.enum(['automatic', 'manual', 'none']),
  timeout_ms: z.int().positive(),
  /** The policy's action, and on whom, where that is not the incident's own subject: `action` is then a name of its own. */
  on: z.exactOptional(z.strictObject({ action: nameSchema, subject: subjectSchema })),
});
export type PlannedAction = z.infer<typeof plannedActionSchema>;

/** What becomes of destructive steps where evidence could not be kept: they wait, or they are taken all the same. */
export const ON_CAPTURE_FAILURE = ['hold', 'proceed'] as const;

/** Service levels in milliseconds from the report; 0 means that no clock runs for the stage. */
export const slasSchema = z.strictObject({
  contain_ms: z.int().nonnegative(),
  acknowledge_ms: z.int().nonnegative(),
  resolve_ms: z.int().nonnegative(),
  review_ms: z.int().nonnegative(),
  repeat_ms: z.int().positive(),
});
export type Slas = z.infer<typeof slasSchema>;

/** Policy applied to one report at one severity. */
export const courseSchema = z.strictObject({
  severity: severitySchema,
  auto_contain: z.boolean(),
  latched: z.boolean(),
  require_ack: z.boolean(),
  require_reattest: z.boolean(),
  review: z.boolean(),
  actions: z.array(plannedActionSchema),
  capture: z.strictObject({
    targets: z.array(z.string()),
    deadline_ms: z.int().nonnegative(),
    /** Whether the host's TPM is asked as well: a proof that is asked for later is dated by it. */
    quote: z.boolean().default(false),
    on_failure: z.enum(ON_CAPTURE_FAILURE).default('hold'),
    /** How long the subject is captured from on its host; 0 where it is on none that has an agent. */
    host_ms: z.int().nonnegative().default(0),
    /** How long whatever else is captured from on a host that a step is taken on; absent: as long as `host_ms`. */
    further_host_ms: z.exactOptional(z.int().nonnegative()),
  }),
  slas: slasSchema,
});
export type Course = z.infer<typeof courseSchema>;

/** The class's sliding window, and the course an escalated incident takes. */
export const escalationPlanSchema = z.strictObject({
  threshold: z.int().min(1),
  window_ms: z.int().positive(),
  course: courseSchema,
});

/** The plan of one incident: pinned at intake with the digest of the policy that made it. */
export const planSchema = z.strictObject({
  policy_digest: sha256Schema,
  ...courseSchema.shape,
  escalation: escalationPlanSchema.nullable(),
  /** The playbook that serves the class; absent where none does. */
  playbook: z.exactOptional(playbookPlanSchema),
});
export type Plan = z.infer<typeof planSchema>;
