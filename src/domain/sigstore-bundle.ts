import { z } from 'zod';
import { dsseEnvelopeSchema } from './dsse.ts';

/**
 * A Sigstore bundle v0.3 around one DSSE envelope, signed by a key that is known from elsewhere: no
 * certificate, no entry in a public log, no time stamp. The names are those of the format.
 */
export const sigstoreBundleSchema = z.strictObject({
  mediaType: z.literal('application/vnd.dev.sigstore.bundle.v0.3+json'),
  verificationMaterial: z.strictObject({
    /** Says where to look for the key, and proves nothing. */
    publicKey: z.strictObject({ hint: z.string() }),
    timestampVerificationData: z.strictObject({}),
  }),
  dsseEnvelope: z.strictObject({
    ...dsseEnvelopeSchema.shape,
    /** The format allows one: with several, verifiers differ in which they look at. */
    signatures: dsseEnvelopeSchema.shape.signatures.length(1),
  }),
});
