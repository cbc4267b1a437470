import { z } from 'zod';

/** A DSSE v1 envelope, with the names that the standard gives its members. Base64 throughout. */
export const dsseEnvelopeSchema = z.strictObject({
  payloadType: z.string().min(1),
  payload: z.string(),
  signatures: z
    .array(z.strictObject({ keyid: z.string().optional(), sig: z.string().min(1) }))
    .min(1)
    .max(16),
});
export type DsseEnvelope = z.infer<typeof dsseEnvelopeSchema>;
