import { z } from 'zod';

/** A read of a status document never needs more; a hanging service must not hold a worker longer. */
const MAX_TIMEOUT_MS = 60_000;

export const timeoutMs = z.number().int().min(50).max(MAX_TIMEOUT_MS);

export const fileSchema = z.string().min(1).max(1024);

/** Of a service: what opens it is never in its address, which is logged and shown. */
export const serviceUrlSchema = z
  .url({ protocol: /^https?$/ })
  .refine((value) => !/[@?#]/.test(value), {
    message: 'a URL has no user, query or fragment: secrets are paths to files',
  });

/** Where a service is. A relative socket or file is below CORDON_HOME. */
export const placeFields = {
  url: serviceUrlSchema.optional(),
  unix: fileSchema.optional(),
  /** Holds the bearer token; read at use, so that a rotated token is used at once. */
  token_file: fileSchema.optional(),
  /** PEM of the authority that must have certified an https service; absent: the machine's own. */
  ca_file: fileSchema.optional(),
};

export const hasOnePlace = (it: { url?: string | undefined; unix?: string | undefined }): boolean =>
  (it.url === undefined) !== (it.unix === undefined);

export const ONE_PLACE = 'give exactly one of url and unix';
