import { z } from 'zod';
import { alertFormatSchema } from './alert.ts';
import { durationSchema } from './duration.ts';
import { nameSchema } from './primitives.ts';

/** How many alerts a source may send: so many per second for good, and `burst` of them at once. */
export interface AlertRate {
  per_second: number;
  burst: number;
}

/** More than a busy cluster's detectors see, and less than would keep the others waiting for the ledger. */
export const DEFAULT_RATE: AlertRate = { per_second: 2_000, burst: 20_000 };

/** A rate without a burst of its own may be spent ten seconds in advance. */
const BURST_SECONDS = 10;

/** Beyond what one ledger can commit, a rate is no limit. */
const HIGHEST_RATE = 1_000_000;
const amountSchema = z.int().min(1).max(HIGHEST_RATE);

/** `100/s`, or both figures. */
const rateSchema = z.union([
  z
    .string()
    .regex(/^[1-9]\d{0,5}\/s$/, 'is not a rate such as 100/s')
    .transform((text): AlertRate => withBurst(Number.parseInt(text, 10))),
  z
    .strictObject({ per_second: amountSchema, burst: amountSchema.optional() })
    .transform(({ per_second, burst }): AlertRate => withBurst(per_second, burst)),
]);

function withBurst(per_second: number, burst = per_second * BURST_SECONDS): AlertRate {
  return { per_second, burst };
}

/** Below CORDON_HOME, and nowhere else: a policy must not make a server read what is not its own. */
const keyFileSchema = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[\w./-]{1,255}$/, 'is not a path below CORDON_HOME');

/**
 * One source. `formats`: the forms its alerts may have; empty for any. `heartbeat`: milliseconds within which it is
 * heard of, 0 for a source that may be silent. `drops`: whether it is an incident when it says that it lost alerts.
 * `refusals`: how many calls in its name, in ten minutes and without a valid credential, are one; 0 for none. `hmac_key_file`: with what it signs, '' for nothing. `certificate`: the
 * name in its client certificate, '' for none.
 */
const detailedSchema = z.strictObject({
  classes: z.array(nameSchema).min(1),
  formats: z.array(alertFormatSchema).default([]),
  rate: rateSchema.default(DEFAULT_RATE),
  heartbeat: durationSchema.refine((ms) => ms >= 1_000, 'must be a second or longer').default(0),
  drops: z.boolean().default(false),
  refusals: z.int().min(0).max(10_000).default(0),
  hmac_key_file: keyFileSchema.default(''),
  certificate: z.string().max(253).default(''),
});

const listSchema = z
  .array(nameSchema)
  .min(1)
  .transform((classes) => detailedSchema.parse({ classes }));

/**
 * What a source may do; the classes alone, as a list, where there is nothing else to say. Not a union, which could not
 * tell what is wrong with the shape that was meant.
 */
export const reporterSchema = z.unknown().transform((given, context): Reporter => {
  const parsed = (Array.isArray(given) ? listSchema : detailedSchema).safeParse(given);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.issues.push({ ...issue, input: given } as z.core.$ZodRawIssue);
  }
  return z.NEVER;
});
export type Reporter = z.output<typeof detailedSchema>;
