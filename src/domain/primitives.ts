import { z } from 'zod';
import { SEVERITIES } from './severity.ts';

/** Lower-case name as the policy files write it: `attestation_failure`, `freeze_agent`. */
export const nameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not a lower_case name');

/** UTC, milliseconds, as `Date.prototype.toISOString` writes it. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** An instant, or '' for what has not happened yet: the form the API has always used. */
export const instantOrEmptySchema = z.union([z.literal(''), instantSchema]);

export const severitySchema = z.enum(SEVERITIES);

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in lower-case hex');

export const incidentIdSchema = z
  .string()
  .regex(/^INC-\d{8}-\d{6}-[0-9a-f]{8}$/, 'is not an incident id (INC-YYYYMMDD-HHMMSS-xxxxxxxx)');
