import type { Principal } from './domain/principal.ts';

/** Cordon reports itself, and has no token with which anybody else could in its name. */
export function cordonPrincipal(classes: string[]): Principal {
  return {
    name: 'cordon',
    kind: 'service',
    roles: ['report'],
    source: 'cordon',
    classes,
    formats: [],
    token_hash: '0'.repeat(64),
    created_at: '1970-01-01T00:00:00.000Z',
    revoked_at: '',
  };
}
