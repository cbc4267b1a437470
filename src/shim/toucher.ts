import { randomUUID } from 'node:crypto';
import type { Toucher } from '../domain/custody.ts';
import type { Role } from '../domain/principal.ts';
import { TOOL } from '../domain/tool.ts';
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
  return {
    // Every call is a touch of its own: bytes that are given out again are on record again.
    key: `custody/${randomUUID()}`,
    at: new Date(now()).toISOString(),
    who: { name: principal.name, authority },
    where: place,
    why,
    how: { ...TOOL, options: '' },
  };
}
