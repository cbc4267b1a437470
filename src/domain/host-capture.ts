import { z } from 'zod';
import { hostSubjectSchema } from './host-subject.ts';
import { sha256Schema } from './primitives.ts';

/** What a host can be asked for, the most volatile first (RFC 3227, 2.1). */
export const COLLECTORS = [
  'processes',
  'network',
  'files',
  'memory',
  'tmpfs',
  'filesystem',
  'logs',
] as const;
export const collectorSchema = z.enum(COLLECTORS);
export type Collector = (typeof COLLECTORS)[number];

/** What holds secrets of whoever is captured, and never leaves the host in the clear. */
export const ALWAYS_ENCRYPTED: readonly Collector[] = ['memory', 'tmpfs'];

/** How whole an artifact is. Nothing found is `complete` only where there was nothing. */
export const COMPLETENESS = ['complete', 'truncated', 'unsupported', 'failed'] as const;

/** The reason, or a part of it, of what was cut short by its deadline. */
export const OUT_OF_TIME = 'the deadline passed';

/** An age recipient of X25519 (C2SP age, 2.2). */
export const recipientSchema = z
  .string()
  .regex(/^age1[02-9ac-hj-np-z]{58}$/, 'is no age recipient');

const holderSchema = z.string().min(1).max(128);

/** For how long at the most, unless it is asked for again: what a capture freezes must not stand still for ever. */
export const freezeLeaseSchema = z.strictObject({
  holder: holderSchema,
  ms: z.int().min(100).max(600_000),
});
export type FreezeLease = z.infer<typeof freezeLeaseSchema>;

/** `POST /api/v1/freeze`. Without a lease it is for good. */
export const freezeRequestSchema = z.strictObject({
  subject: hostSubjectSchema,
  lease: z.exactOptional(freezeLeaseSchema),
});

/** `POST /api/v1/thaw`. With a holder only what its lease holds is let go. */
export const thawRequestSchema = z.strictObject({
  subject: hostSubjectSchema,
  holder: z.exactOptional(holderSchema),
});

export const FREEZE_METHODS = ['runtime_pause', 'cgroup_freezer', 'sigstop'] as const;

/** Measured after acting: `frozen` is what the kernel says of every process of the subject. */
export const freezeAnswerSchema = z.strictObject({
  schema: z.literal('host-freeze/1'),
  frozen: z.boolean(),
  method: z.enum(FREEZE_METHODS),
  processes: z.int().nonnegative(),
  took_ms: z.number().nonnegative(),
  /** Where a lease was asked for: false where somebody else had frozen it before, for good. */
  leased: z.exactOptional(z.boolean()),
});
export type FreezeAnswer = z.infer<typeof freezeAnswerSchema>;

/** `POST /api/v1/capture`: one collector, answered with the artifact's bytes and, behind them, its report. */
export const captureRequestSchema = z.strictObject({
  subject: hostSubjectSchema,
  collector: collectorSchema,
  /** Of this collector alone; what is not there by then is not captured. */
  deadline_ms: z.int().min(100).max(600_000),
  /** Who can read it; needed for memory and tmpfs. */
  recipients: z.array(recipientSchema).max(16),
});
export type CaptureRequest = z.infer<typeof captureRequestSchema>;

/** The HTTP trailer that brings the report: base64url of its JSON. Without it the bytes are not an artifact. */
export const ARTIFACT_TRAILER = 'cordon-artifact';

const bytesSchema = z.strictObject({ sha256: sha256Schema, size: z.int().nonnegative() });

/** What a collector says of its artifact: what it is, how whole it is, and what was done to the bytes. */
export const artifactReportSchema = z.strictObject({
  schema: z.literal('host-artifact/1'),
  collector: collectorSchema,
  completeness: z.enum(COMPLETENESS),
  /** '' where it is complete. */
  reason: z.string(),
  /** Of the bytes before they were compressed. */
  media_type: z.string(),
  plain: bytesSchema,
  /** Of the bytes as they were sent, and as they are kept. */
  stored: bytesSchema,
  compression: z.literal('zstd'),
  /** Null where the bytes are not encrypted. */
  encryption: z
    .strictObject({ scheme: z.literal('age'), recipients: z.array(recipientSchema) })
    .nullable(),
  /** What it was taken from: boot_id, kernel, the processes by pid and start time, how they were frozen. */
  target: z.record(z.string(), z.json()),
  /** What the collector changed by looking, and what it left out on purpose. */
  notes: z.array(z.string()),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  took_ms: z.number().nonnegative(),
});
export type ArtifactReport = z.infer<typeof artifactReportSchema>;
