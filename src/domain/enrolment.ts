import { z } from 'zod';
import { instantSchema, sha256Schema } from './primitives.ts';

/** A host as incidents, policy and enrolments name it. */
export const hostNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'is not a host name');

/** What stands behind a proof: a TPM that its maker certifies, or anything less. */
export const ASSURANCES = ['hardware', 'software'] as const;
export const assuranceSchema = z.enum(ASSURANCES);
export type Assurance = (typeof ASSURANCES)[number];

/**
 * How the key came to be trusted: by the certificate of its TPM's endorsement key, or because an operator compared
 * its Name and said so.
 */
export const TRUSTS = ['ek-certificate', 'operator-tofu'] as const;

/** A TPM Name, as tpm2-tools print it: algorithm and digest in lower-case hex. */
const tpmNameSchema = z
  .string()
  .regex(/^(000b[0-9a-f]{64}|000c[0-9a-f]{96}|000d[0-9a-f]{128})$/, 'is not a TPM Name');

/** Under which key a host proves itself, and who says so. Versions of one host are never overwritten. */
export const enrolmentSchema = z.strictObject({
  host: hostNameSchema,
  version: z.int().positive(),
  /** TPM2B_PUBLIC of the attestation key, base64. */
  ak_public: z.base64(),
  ak_name: tpmNameSchema,
  ak_qualified_name: tpmNameSchema,
  /** As the first quote said it, `0x…`. */
  firmware_version: z.string().regex(/^0x[0-9a-f]{16}$/),
  trust: z.enum(TRUSTS),
  assurance: assuranceSchema,
  /** The pinned root that the certificate led to; '' where the key is trusted without one. */
  ek_root: z.string(),
  ek_name: z.union([z.literal(''), tpmNameSchema]),
  /** Of the certificate's DER; '' where there is none. */
  ek_certificate_sha256: z.union([z.literal(''), sha256Schema]),
  approved_by: z.string().min(1),
  enrolled_at: instantSchema,
  note: z.string(),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;
