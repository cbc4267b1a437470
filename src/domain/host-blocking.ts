import { z } from 'zod';
import { containAnswerSchema } from './host-containment.ts';

/** A shorter prefix is no source but a part of the internet. */
const LEAST_PREFIX = { ipv4: 8, ipv6: 16 } as const;

const isWide = (cidr: string) =>
  Number(cidr.split('/')[1]) < LEAST_PREFIX[cidr.includes(':') ? 'ipv6' : 'ipv4'];

/** An address, or a network in CIDR notation; an address is read as the network that it is alone in. */
export const sourceSchema = z.union([
  z.ipv4().transform((address) => `${address}/32`),
  z.ipv6().transform((address) => `${address}/128`),
  z
    .union([z.cidrv4(), z.cidrv6()])
    .refine((cidr) => !isWide(cidr), 'is too wide to be the source of an attack'),
]);

/** What is never blocked, in CIDR notation: our own networks, and those that must reach us. */
export const neverBlockedSchema = z.array(z.union([z.cidrv4(), z.cidrv6()])).max(64);

/** `POST /api/v1/block/state`: reads, and changes nothing. */
export const blockStateRequestSchema = z.strictObject({ source: sourceSchema });
export type BlockStateRequest = z.input<typeof blockStateRequestSchema>;

/** Thirty days: whoever wants it longer, applies it again. */
const LONGEST_S = 2_592_000;

/** `POST /api/v1/block`: what comes from the source and goes to it is dropped, routed for others or not. */
export const blockRequestSchema = blockStateRequestSchema
  .extend({
    effect: z.enum(['apply', 'release']),
    never: neverBlockedSchema.default([]),
    /** In seconds: the kernel ends it then, unless it was applied again. */
    timeout_s: z.int().min(1).max(LONGEST_S).optional(),
  })
  .refine(
    ({ effect, timeout_s }) => effect === 'release' || timeout_s !== undefined,
    'a block always ends: timeout_s',
  );
export type BlockRequest = z.input<typeof blockRequestSchema>;

/** What was measured, by another way than it was acted. */
export const blockAnswerSchema = containAnswerSchema
  .omit({ schema: true, step: true })
  .extend({ schema: z.literal('host-block/1') });
export type BlockAnswer = z.infer<typeof blockAnswerSchema>;
