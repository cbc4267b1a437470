import { join } from 'node:path';
import { Fault } from '../domain/fault.ts';
import { ROLES } from '../domain/principal.ts';
import type { Reporter } from '../domain/reporter.ts';
import type { Log } from './log.ts';
import type { NewPrincipal } from './new-principal.ts';
import { readOrCreatePrivateFile, readPrivateFile } from './private-file.ts';
import type { Principals } from './principals.ts';
import { mintToken } from './token.ts';

/** A service token also keys the bundles' HMAC, so that a shorter one would let them be forged. */
const LEAST_TOKEN_LENGTH = 16;

/** Who makes the principals of the first start, as the ledger names it. */
const ACTOR = 'cordon';

export interface FirstStartRequest {
  /** CORDON_HOME: tokens go to `tokens/<name>` below it. */
  home: string;
  principals: Principals;
  /** The policy's reporters, by source. */
  reporters: Record<string, Pick<Reporter, 'classes' | 'formats'>>;
  serviceTokenPath: string;
  log: Log;
}

/**
 * `created`: new, with a new token. `registered`: new, with the token that its file held. `present`: both are there
 * and agree. `token_missing`, `token_differs`: the principal is there, its file is not, or holds another token.
 */
export type FirstStartOutcome =
  'created' | 'registered' | 'present' | 'token_missing' | 'token_differs';

export interface FirstStartResult {
  name: string;
  path: string;
  outcome: FirstStartOutcome;
}

/**
 * Makes sure that there is one person, one reporter for each known source, and the service. Safe at every start:
 * what is there is left alone. Faults: `secret_file`, `weak_token`, `token_not_distinct`.
 */
export async function firstStart(request: FirstStartRequest): Promise<FirstStartResult[]> {
  const { principals, log } = request;
  const known = new Set((await principals.list()).map(({ name }) => name));
  const results: FirstStartResult[] = [];
  for (const [wanted, path] of wantedBy(request)) {
    const outcome = known.has(wanted.name)
      ? await compare(principals, wanted, path)
      : await introduce(principals, wanted, path);
    results.push({ name: wanted.name, path, outcome });
    announce(log, wanted.name, path, outcome);
  }
  return results;
}

/** Whoever is the backup of somebody is somebody else. */
const ADMIN_ROLES = ROLES.filter((role) => role !== 'backup_contact');

function wantedBy({
  home,
  reporters,
  serviceTokenPath,
}: FirstStartRequest): [NewPrincipal, string][] {
  const tokenOf = (name: string) => join(home, 'tokens', name);
  const unbound = { source: '', classes: [] };
  return [
    [{ name: 'admin', kind: 'person', roles: [...ADMIN_ROLES], ...unbound }, tokenOf('admin')],
    [{ name: 'service', kind: 'service', roles: ['read', 'report'], ...unbound }, serviceTokenPath],
    ...Object.entries(reporters).map(([source, { classes, formats }]): [NewPrincipal, string] => [
      { name: source, kind: 'reporter', roles: ['report'], source, classes, formats },
      tokenOf(source),
    ]),
  ];
}

async function compare(
  principals: Principals,
  { name }: NewPrincipal,
  path: string,
): Promise<FirstStartOutcome> {
  const token = await readPrivateFile(path);
  if (token === null) return 'token_missing';
  return (await principals.ownerOf(token))?.name === name ? 'present' : 'token_differs';
}

/** The file comes first: a crash between the two leaves a token that the next start registers. */
async function introduce(
  principals: Principals,
  wanted: NewPrincipal,
  path: string,
): Promise<FirstStartOutcome> {
  let minted = '';
  const token = await readOrCreatePrivateFile(path, () => (minted = mintToken()));
  if (token.length < LEAST_TOKEN_LENGTH) {
    const message = `The token in ${path} is shorter than ${LEAST_TOKEN_LENGTH} characters`;
    throw new Fault('weak_token', message, { retryable: false });
  }
  try {
    await principals.register(wanted, token, ACTOR);
  } catch (cause) {
    // Another server, starting at the same time, was first.
    const raced = cause instanceof Fault && cause.code === 'principal_exists';
    if (raced) return compare(principals, wanted, path);
    throw cause;
  }
  return token === minted ? 'created' : 'registered';
}

function announce(log: Log, name: string, path: string, outcome: FirstStartOutcome): void {
  const about = { principal: name, path, outcome };
  switch (outcome) {
    case 'created':
    case 'registered':
      return log.info(about, 'principal made');
    case 'token_missing':
      return log.warn(about, 'the principal exists, but its token file does not');
    case 'token_differs':
      return log.warn(about, "the token file does not hold the principal's token");
    case 'present':
      return;
  }
}
