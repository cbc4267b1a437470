import type { Toucher } from '../domain/custody.ts';
import type { Role } from '../domain/principal.ts';
import { toucher } from '../evidence/toucher.ts';
import type { ShimDeps } from './deps.ts';
import type { Call } from './route.ts';

/** The caller, as a custody record names who did it and with what right. */
export function toucherOf(
  { principal }: Pick<Call<unknown, unknown>, 'principal'>,
  access: readonly Role[],
  why: string,
  { place, now }: Pick<ShimDeps, 'place' | 'now'>,
): Toucher {
  const authority = access.filter((role) => principal.roles.includes(role)).join(', ');
  const who = { name: principal.name, authority };
  return toucher({ at_ms: now(), who, where: place, why });
}
