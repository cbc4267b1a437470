import { z } from 'zod';
import { nameSchema, severitySchema } from './primitives.ts';

const SUBJECT_FIELDS = {
  host: z.exactOptional(z.string().min(1).max(253)),
  agent: z.exactOptional(z.string().min(1).max(256)),
  process: z.exactOptional(z.string().min(1).max(256)),
  container: z.exactOptional(z.string().min(1).max(256)),
  extension: z.exactOptional(z.string().min(1).max(256)),
  operator: z.exactOptional(z.string().min(1).max(256)),
  pod: z.exactOptional(z.string().min(1).max(256)),
  principal: z.exactOptional(z.string().min(1).max(256)),
  address: z.exactOptional(z.string().min(1).max(256)),
  model: z.exactOptional(z.string().min(1).max(256)),
  /** By digest: `registry/name@sha256:…`, or the digest alone. */
  image: z.exactOptional(z.string().min(1).max(512)),
  /** By its name where it is kept, e.g. `vault/item`. Never the secret itself. */
  secret: z.exactOptional(z.string().min(1).max(256)),
  /** A namespace of state that agents share. */
  state: z.exactOptional(z.string().min(1).max(256)),
  /** A SPIFFE ID. */
  identity: z.exactOptional(z.string().min(1).max(512)),
};

/** What an incident is about. Every member is optional; one not given is not known. */
export const subjectSchema = z.strictObject(SUBJECT_FIELDS);
export type Subject = z.infer<typeof subjectSchema>;
export type SubjectField = keyof typeof SUBJECT_FIELDS;
export const subjectFieldSchema = z.enum(
  Object.keys(SUBJECT_FIELDS) as [SubjectField, ...SubjectField[]],
);

/** A report as it comes in: POST /api/v1/incidents/report. Anything else in it is refused. */
export const reportSchema = z.strictObject({
  class: nameSchema,
  severity: severitySchema.optional(),
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/, 'is not a source name')
    .optional(),
  description: z.string().min(1).max(4096),
  evidence: z.record(z.string().min(1).max(256), z.json()).default({}),
  subject: subjectSchema.default({}),
  occurred_at: z.iso.datetime({ offset: true }).optional(),
});
export type Report = z.infer<typeof reportSchema>;
