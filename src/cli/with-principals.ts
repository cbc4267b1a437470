import { createPrincipals, type Principals } from '../intake/principals.ts';
import type { Cli } from './cli.ts';
import type { Env } from './io.ts';

/** On the ledger itself and not through the API: whoever owns the machine's files owns the installation. */
export function withPrincipals<T>(
  cli: Cli,
  env: Env,
  use: (principals: Principals) => Promise<T>,
): Promise<T> {
  return cli.roots.withLedger(env, ({ principals, log }) =>
    use(createPrincipals({ principals, log, now: cli.io.now })),
  );
}
