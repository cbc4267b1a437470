import { randomBytes } from 'node:crypto';
import type { Role } from '../../domain/principal.ts';
import type { NewPrincipal } from '../../intake/new-principal.ts';
import type { Api } from '../api.ts';
import type { Cli } from '../cli.ts';
import type { Env } from '../io.ts';
import { withPrincipals } from '../with-principals.ts';

const ROLES: Role[] = ['read', 'operator', 'recovery_admin', 'forensic', 'policy_admin'];
const ACTOR = 'drill';

/** Who is there for what takes two persons: made when first asked for, and revoked when the drill is over. */
export interface SecondPerson {
  api(): Promise<Api>;
  leave(): Promise<void>;
}

/** In the ledger of the installation whose settings these are, which must be on this machine. */
export function secondPerson(cli: Cli, env: Env, url: string): SecondPerson {
  const name = `drill-second-${randomBytes(4).toString('hex')}`;
  let made: Promise<Api> | null = null;
  const make = async () => {
    const wanted = {
      name,
      kind: 'person',
      roles: ROLES,
      source: '',
      classes: [],
    } satisfies NewPrincipal;
    const { token } = await withPrincipals(cli, env, (all) => all.add(wanted, ACTOR));
    return cli.apiWith({ url, token });
  };
  return {
    api: () => (made ??= make()),
    leave: async () => {
      if (made === null) return;
      await made;
      await withPrincipals(cli, env, (all) => all.revoke(name, ACTOR));
    },
  };
}

/** Where a drill is about an operator, there has to be one who can be disabled; who is there already is left alone. */
export async function addSuspect(cli: Cli, env: Env, name: string): Promise<void> {
  const wanted = {
    name,
    kind: 'person',
    roles: ['read'],
    source: '',
    classes: [],
  } satisfies NewPrincipal;
  await withPrincipals(cli, env, async (all) => {
    const known = await all.list();
    if (!known.some((principal) => principal.name === name)) await all.add(wanted, ACTOR);
  });
}
