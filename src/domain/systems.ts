import { z } from 'zod';
import { hasOnePlace, ONE_PLACE, placeFields } from './place.ts';
import type { SubjectField } from './report.ts';

/** The SPIRE server's API, over gRPC; a Unix socket is its admin endpoint. */
const spireSchema = z
  .strictObject({
    kind: z.literal('spire'),
    ...placeFields,
    trust_domain: z.string().regex(/^[a-z0-9._-]{1,255}$/, 'is not a trust domain'),
    /**
     * Whether the agents of the nodes that it runs on are banned with an identity, which takes the SVIDs of every other
     * workload there as well. An identity that is an agent's own is banned in any case.
     */
    ban_nodes: z.boolean().default(false),
    /** The system of kind `opa` that refuses a revoked identity as long as its SVIDs are valid. */
    authorizer: z.string(),
  })
  .refine(hasOnePlace, ONE_PLACE);

/** An Open Policy Agent: what is denied is data below `deny`, and `ask` is the decision that reads it. */
const opaSchema = z
  .strictObject({
    kind: z.literal('opa'),
    ...placeFields,
    deny: z.string().regex(/^[\w-]+(\/[\w-]+)*$/, 'is a path without slashes at its ends'),
    ask: z.string().regex(/^[\w-]+(\/[\w-]+)*$/, 'is a path without slashes at its ends'),
  })
  .refine(hasOnePlace, ONE_PLACE);

/** A 1Password Connect server, and the issuer that the secrets in its vaults are presented to. */
const secretsSchema = z
  .strictObject({
    kind: z.literal('onepassword'),
    ...placeFields,
    /** Revokes, issues, and answers whoever presents a secret. */
    issuer: z.strictObject({ ...placeFields }).refine(hasOnePlace, ONE_PLACE),
  })
  .refine(hasOnePlace, ONE_PLACE);

/** Cordon itself: its own principals, and its safe mode. */
const ownSchema = z.strictObject({
  kind: z.literal('cordon'),
  /** The target that lets work of agents in, and in safe mode nothing. Without one there is no safe mode. */
  gate: z.string().optional(),
});

/** A system that is spoken to in a protocol of its own. */
export const systemSchema = z.discriminatedUnion('kind', [
  spireSchema,
  opaSchema,
  secretsSchema,
  ownSchema,
]);
export type System = z.infer<typeof systemSchema>;
export type SystemKind = System['kind'];
export type SystemOf<Kind extends SystemKind> = Extract<System, { kind: Kind }>;

interface SystemStep {
  kind: SystemKind;
  /** Subject fields that tell one held thing from another. */
  scope: readonly SubjectField[];
  destructive: boolean;
  release: 'automatic' | 'manual' | 'none';
}

/** What can be done to them. How it is undone lies in the step, as in those of a host's agent. */
export const SYSTEM_STEPS = {
  revoke_svid: { kind: 'spire', scope: ['identity'], destructive: false, release: 'automatic' },
  deny_identity: { kind: 'opa', scope: ['identity'], destructive: false, release: 'automatic' },
  rotate_secret: { kind: 'onepassword', scope: ['secret'], destructive: false, release: 'none' },
  disable_operator: {
    kind: 'cordon',
    scope: ['operator'],
    destructive: false,
    release: 'manual',
  },
  safe_mode: { kind: 'cordon', scope: [], destructive: false, release: 'manual' },
} as const satisfies Record<string, SystemStep>;
export type SystemStepName = keyof typeof SYSTEM_STEPS;

export const systemStepSchema = z.enum(
  Object.keys(SYSTEM_STEPS) as [SystemStepName, ...SystemStepName[]],
);
