import { z } from 'zod';
import { fileSchema, timeoutMs } from './place.ts';
import { instantSchema, nameSchema } from './primitives.ts';
import { verifySchema } from './targets.ts';

/** A tree of policies is read and hashed whole, and an image's signature is two reads of a registry. */
const DEFAULT_CHECK_TIMEOUT_MS = 20_000;

const named = {
  /** What a person is shown beside the verdict. */
  title: z.string().min(1).max(200),
  timeout_ms: timeoutMs.default(DEFAULT_CHECK_TIMEOUT_MS),
};

/** What any target says of itself, by the same comparison as containment is verified with. */
const targetStateSchema = z.strictObject({
  ...named,
  kind: z.literal('target_state'),
  target: z.string(),
  ...verifySchema.omit({ probe: true }).shape,
});

/** A target that scans what it keeps, and lists what bears no valid signature. Asked about no field, it scans all. */
const sharedStateSchema = z.strictObject({
  ...named,
  kind: z.literal('shared_state'),
  target: z.string(),
  ...verifySchema.omit({ expect: true, probe: true }).shape,
});

/** The hash-chained ledger of an extension runtime verifies, whole. */
const riskLedgerSchema = z.strictObject({
  ...named,
  kind: z.literal('risk_ledger'),
  target: z.string(),
  path: verifySchema.shape.path,
});

const revision = z
  .string()
  .regex(/^[A-Za-z0-9][\w./+-]{0,199}$/, 'is neither a tag nor a commit')
  .refine((value) => !value.includes('..'), 'is a range and no revision');

/** Below the root of a repository. */
const inTree = z
  .string()
  .regex(/^[^/\0][^\0]{0,1023}$/, 'is a path below the root of the repository')
  .refine((value) => !value.split('/').includes('..'), 'a path has no ..');

/** What is checked out is what was tagged, to the last byte; what is beside it that was not tagged is a difference. */
const gitTreeSchema = z.strictObject({
  ...named,
  kind: z.literal('git_tree'),
  repository: fileSchema,
  /** A tag, or the whole hash of a commit. Whoever can write to the repository can move a tag, and no hash. */
  at: revision,
  /** Absent: the whole of it. */
  path: inTree.optional(),
});

/** Every image of the approved list bears a signature by the pinned key. */
const imageSignatureSchema = z.strictObject({
  ...named,
  kind: z.literal('image_signature'),
  /** PEM of the public key, which nobody but policy names. */
  key_file: fileSchema,
  /** YAML: `images`, by repository the digests that may run. */
  approved_file: fileSchema,
  /** Where the payloads and signatures are that `cosign sign --output-payload --output-signature` writes. */
  signatures: fileSchema,
});

/** A system of kind `spire` has the registration entries that are kept under version control, and no other. */
const spireEntriesSchema = z.strictObject({
  ...named,
  kind: z.literal('spire_entries'),
  system: z.string(),
  expected_file: fileSchema,
});

const vaultSchema = z.strictObject({
  secrets: z.int().nonnegative(),
  /** When each must have been rotated since: an instant, or `incident` for when the incident was reported. */
  rotated_since: z.union([z.literal('incident'), instantSchema]).optional(),
});

/** The vaults of a system of kind `onepassword`: how many secrets, and how old. */
const secretInventorySchema = z.strictObject({
  ...named,
  kind: z.literal('secret_inventory'),
  system: z.string(),
  vaults: z
    .record(z.string().min(1).max(256), vaultSchema)
    .refine((value) => Object.keys(value).length > 0, 'name at least one vault'),
});

export const baselineCheckSchema = z.discriminatedUnion('kind', [
  targetStateSchema,
  sharedStateSchema,
  riskLedgerSchema,
  gitTreeSchema,
  imageSignatureSchema,
  spireEntriesSchema,
  secretInventorySchema,
]);
export type BaselineCheck = z.infer<typeof baselineCheckSchema>;
export type BaselineCheckOf<Kind extends BaselineCheck['kind']> = Extract<
  BaselineCheck,
  { kind: Kind }
>;

/** `baseline.yaml`: what is known to be good, and how the running state is compared with it. */
export const baselinePolicySchema = z.strictObject({
  version: z.literal(1),
  checks: z.record(nameSchema, baselineCheckSchema),
});
