import { z } from 'zod';
import { alertFormatSchema } from './alert.ts';
import { instantOrEmptySchema, instantSchema, nameSchema, sha256Schema } from './primitives.ts';

export const ROLES = [
  'read',
  'report',
  'operator',
  'recovery_admin',
  'forensic',
  'policy_admin',
  // Decides the steps whose approval names it, and nothing else: it can shut down, and never release.
  'backup_contact',
] as const;
export type Role = (typeof ROLES)[number];

/** What only a person may do: a service that holds such a role is refused all the same. */
export const PERSONS_ONLY: readonly Role[] = [
  'operator',
  'recovery_admin',
  'policy_admin',
  'backup_contact',
];

/** A caller that can be held to account: a named person, a reporter bound to one source, or a service. */
export const principalSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,127}$/, 'is not a principal name'),
  kind: z.enum(['person', 'reporter', 'service']),
  roles: z.array(z.enum(ROLES)),
  /** A reporter speaks for this source alone; '' for the others. */
  source: z.string(),
  /** The classes a reporter may report; empty for any. */
  classes: z.array(nameSchema),
  /** The formats in which a reporter's alerts may come; empty for any. */
  formats: z.array(alertFormatSchema).default([]),
  /** SHA-256 of the bearer token. The token itself is shown once and kept nowhere. */
  token_hash: sha256Schema,
  created_at: instantSchema,
  revoked_at: instantOrEmptySchema,
});
export type Principal = z.infer<typeof principalSchema>;

/** Null where the principal may act in the role. A revoked one may do nothing. */
export function lacksRole(principal: Principal, anyOf: readonly Role[]): boolean {
  if (principal.revoked_at !== '') return true;
  return !anyOf.some(
    (role) =>
      principal.roles.includes(role) &&
      (principal.kind === 'person' || !PERSONS_ONLY.includes(role)),
  );
}
