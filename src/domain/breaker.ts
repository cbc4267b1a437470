import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { instantOrEmptySchema, instantSchema, nameSchema } from './primitives.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What was counted is forgotten after as long: no window may be longer. */
export const LONGEST_WINDOW_MS = 7 * 24 * HOUR_MS;

const windowSchema = durationSchema.refine(
  (ms) => ms > 0 && ms <= LONGEST_WINDOW_MS,
  'must be longer than zero, and a week at most',
);

/** Of two bounds, the lower one counts. */
const limitSchema = z
  .strictObject({
    /** On so many distinct subjects within the window. */
    subjects: z.int().min(1).max(100_000).optional(),
    /** On such a part of the agents that the inventory knows, and on one at least. */
    share: z.number().gt(0).max(1).optional(),
    window: windowSchema,
  })
  .refine(({ subjects, share }) => subjects !== undefined || share !== undefined, {
    message: 'needs subjects, or a share of the fleet',
  });
export type BreakerLimit = z.output<typeof limitSchema>;

/** `breaker` of recovery.yaml: what each action may be done to without a person. */
export const breakerPolicySchema = z.strictObject({
  /** Beyond it, a person decides. */
  destructive: limitSchema.default({ subjects: 20, window: 10 * MINUTE_MS }),
  /** Beyond it, it is announced. */
  reversible: limitSchema.default({ subjects: 500, window: 10 * MINUTE_MS }),
  /** For single actions, in the place of those. */
  actions: z.record(nameSchema, limitSchema).default({}),
  /** By when a person is to decide; one is paged when it has passed. */
  decide_within: durationSchema.refine((ms) => ms > 0, 'must be longer than zero').default(HOUR_MS),
});
export type BreakerPolicy = z.output<typeof breakerPolicySchema>;

/** That actions wait for a person. */
export const breakerHeldSchema = z.strictObject({
  type: z.literal('breaker_held'),
  actions: z.array(nameSchema).min(1),
  reason: z.string(),
  decide_by: instantSchema,
});

export const HELD_STATES = ['waiting', 'approved', 'declined'] as const;

/** What the breaker has held of one incident, and what people have decided about it. */
export const breakerProgressSchema = z.strictObject({
  held: z.array(
    z.strictObject({
      action: nameSchema,
      state: z.enum(HELD_STATES),
      decide_by: instantSchema,
      decided_at: instantOrEmptySchema,
      decided_by: z.string(),
    }),
  ),
});
export type BreakerProgress = z.infer<typeof breakerProgressSchema>;

/** That an action has come to its limit; it stays so until a person resets it. */
export const tripSchema = z.strictObject({
  action: nameSchema,
  tripped_at: instantSchema,
  /** Whose step was the first beyond the limit. */
  incident_id: z.string(),
  reason: z.string(),
});
export type Trip = z.infer<typeof tripSchema>;

/** The breaker as it stands: what is tripped, and how many distinct subjects were counted of each action since then. */
export const breakerStandingSchema = z.strictObject({
  tripped: z.array(tripSchema),
  counted: z.array(
    z.strictObject({ action: nameSchema, subjects: z.int(), last_at: instantSchema }),
  ),
});
export type BreakerStanding = z.infer<typeof breakerStandingSchema>;

/** A step that is about to be taken, and what its action may be done to. */
export interface BreakerStep {
  action: string;
  resource: string;
  /** Distinct subjects within the window; 0 where it is not known. */
  most: number;
  window_ms: number;
}

/** One incident's steps, counted at one instant. */
export interface BreakerCount {
  incident_id: string;
  at_ms: number;
  steps: BreakerStep[];
}

/** A step that goes beyond, and why. */
export interface BeyondLimit {
  resource: string;
  reason: string;
}

/** The limit of an action. `fleet`: how many agents there are; null where nobody can say, and then none is within. */
export function mostSubjects({ subjects, share }: BreakerLimit, fleet: number | null): number {
  const part = share === undefined ? Infinity : fleet === null ? 0 : partOf(fleet, share);
  return Math.min(subjects ?? Infinity, part);
}

function partOf(fleet: number, share: number): number {
  return Math.max(1, Math.floor(fleet * share));
}

/** The limit that the policy sets for an action. */
export function limitOf(
  policy: BreakerPolicy,
  { action, destructive }: { action: string; destructive: boolean },
): BreakerLimit {
  const own = Object.hasOwn(policy.actions, action) ? policy.actions[action] : undefined;
  return own ?? (destructive ? policy.destructive : policy.reversible);
}
