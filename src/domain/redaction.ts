import { z } from 'zod';

/** Members of what detectors send that are fingerprints or advice; each is redacted by its own flag, at any depth. */
export const FINGERPRINTS = [
  'params_hash',
  'context_hash',
  'args_shape_hash',
  'command_hash',
  'name_hash',
  'remediation',
] as const;
export type Fingerprint = (typeof FINGERPRINTS)[number];

/** Beside those: the values of reports with the digests of what was captured, and whoever and whatever has a name. */
export const REDACTION_FLAGS = [...FINGERPRINTS, 'evidence', 'names'] as const;
export type RedactionFlag = (typeof REDACTION_FLAGS)[number];

/** What is taken out of a bundle. */
export const redactionSchema = z.strictObject({
  params_hash: z.boolean(),
  context_hash: z.boolean(),
  args_shape_hash: z.boolean(),
  command_hash: z.boolean(),
  name_hash: z.boolean(),
  remediation: z.boolean(),
  evidence: z.boolean(),
  names: z.boolean(),
});
export type Redaction = z.infer<typeof redactionSchema>;

/** `none` stays inside the house; `full` is for anybody outside. */
export const PROFILES = ['none', 'full'] as const;
export type Profile = (typeof PROFILES)[number];

export const REDACTIONS: Readonly<Record<Profile, Redaction>> = {
  none: flags(false),
  full: flags(true),
};

export function isRedacting(redaction: Redaction): boolean {
  return REDACTION_FLAGS.some((flag) => redaction[flag]);
}

function flags(on: boolean): Redaction {
  return {
    params_hash: on,
    context_hash: on,
    args_shape_hash: on,
    command_hash: on,
    name_hash: on,
    remediation: on,
    evidence: on,
    names: on,
  };
}
