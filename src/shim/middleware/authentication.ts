import { lacksRole, type Principal, type Role } from '../../domain/principal.ts';
import type { ShimDeps } from '../deps.ts';
import { refuse } from '../refuse.ts';
import type { Access } from '../route.ts';

/** Whoever calls what needs no credential. */
const ANYONE: Principal = {
  name: 'anyone',
  kind: 'service',
  roles: [],
  source: '',
  classes: [],
  formats: [],
  token_hash: '',
  created_at: '',
  revoked_at: '',
};

/** The caller, held to what the route asks. Throws `unauthenticated` and `forbidden`. */
export async function admit(
  access: Exclude<Access, 'detector'>,
  authorization: string | undefined,
  { authenticate, config }: Pick<ShimDeps, 'authenticate' | 'config'>,
): Promise<Principal> {
  if (access === 'open' || (access === 'read' && config.openReads)) return ANYONE;
  const roles = access === 'read' ? (['read'] as const) : access;
  return inRole(await authenticate(authorization), roles);
}

/** The same for a caller whose credential was looked into already. */
export function inRole(
  caller: Principal | 'missing' | 'invalid',
  roles: readonly Role[],
): Principal {
  if (caller === 'missing') {
    return refuse('unauthenticated', 'Send the credential as Authorization: Bearer <token>');
  }
  if (caller === 'invalid') return refuse('unauthenticated', 'The credential is not valid');
  if (lacksRole(caller, roles)) {
    return refuse('forbidden', `${caller.name} does not have the role ${roles.join(' or ')}`);
  }
  return caller;
}
