import { z } from 'zod';
import { hostSubjectSchema } from './host-subject.ts';

/** What a host's agent can do to a subject. */
export const CONTAIN_STEPS = ['kill', 'recycle', 'isolate_network', 'restart_off'] as const;
export const containStepSchema = z.enum(CONTAIN_STEPS);
export type ContainStep = (typeof CONTAIN_STEPS)[number];

/** Whether it destroys evidence and cannot be undone. */
export function isFinalStep(step: ContainStep): boolean {
  return step === 'kill' || step === 'recycle';
}

/** Networks that stay reachable, in CIDR notation. All addresses at once would be no isolation. */
export const reachableSchema = z
  .union([z.cidrv4(), z.cidrv6()])
  .refine((cidr) => !cidr.endsWith('/0'), 'reaches every address');
const allowSchema = z.array(reachableSchema).max(64);

const aboutSchema = z.strictObject({
  subject: hostSubjectSchema,
  step: containStepSchema,
  /**
   * The same for one containment from its first call to its last: a subject that has ended is known by it, and a
   * process that has the number of another by now is not taken for that one.
   */
  idempotency_key: z.string().min(1).max(256),
});

/** `POST /api/v1/contain/state`: reads, and changes nothing. */
export const containStateRequestSchema = aboutSchema;
export type ContainStateRequest = z.infer<typeof containStateRequestSchema>;

/** `POST /api/v1/contain`. */
export const containRequestSchema = aboutSchema
  .extend({
    effect: z.enum(['apply', 'release']),
    /** Of an isolation: what stays reachable beside the loopback. */
    allow: allowSchema.default([]),
    /** Of an isolation, in seconds: the kernel ends it then, unless it was applied again. Absent: until released. */
    timeout_s: z.int().min(1).max(2_592_000).optional(),
    /** Of a recycling: whether the image may be started again. Absent: it may not. */
    fresh: z.boolean().optional(),
  })
  .refine(
    ({ step, allow, timeout_s }) =>
      step === 'isolate_network' || (allow.length === 0 && timeout_s === undefined),
    'only an isolation takes allow and timeout_s',
  )
  .refine(
    ({ step, fresh }) => step === 'recycle' || fresh === undefined,
    'only a recycling takes fresh',
  )
  .refine(
    ({ step, effect }) => !isFinalStep(step) || effect === 'apply',
    'what is dead stays dead',
  );
export type ContainRequest = z.infer<typeof containRequestSchema>;

/** Facts of a step, by name: processes, networks, what a policy was. */
const readingSchema = z.record(z.string(), z.json());
export type Reading = z.infer<typeof readingSchema>;

/** What was measured, by another way than it was acted. */
export const containAnswerSchema = z.strictObject({
  schema: z.literal('host-contain/1'),
  step: containStepSchema,
  in_force: z.boolean(),
  /** By what it is done on this host, e.g. `cgroup_kill`. */
  method: z.string(),
  /** One sentence for an operator. */
  detail: z.string(),
  before: readingSchema,
  after: readingSchema,
  took_ms: z.number().nonnegative(),
});
export type ContainAnswer = z.infer<typeof containAnswerSchema>;
