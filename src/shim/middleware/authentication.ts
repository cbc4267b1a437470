import { lacksRole, type Principal } from '../../domain/principal.ts';
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
  access: Access,
  authorization: string | undefined,
  { authenticate, config }: Pick<ShimDeps, 'authenticate' | 'config'>,
): Promise<Principal> {
  if (access === 'open' || (access === 'read' && config.openReads)) return ANYONE;
  const roles = access === 'read' ? (['read'] as const) : access;
  const principal = await authenticate(authorization);
  if (principal === 'missing') {
    return refuse('unauthenticated', 'Send the credential as Authorization: Bearer <token>');
  }
  if (principal === 'invalid') return refuse('unauthenticated', 'The credential is not valid');
  if (lacksRole(principal, roles)) {
    return refuse('forbidden', `${principal.name} does not have the role ${roles.join(' or ')}`);
  }
  return principal;
}
