import { randomUUID } from 'node:crypto';
import { Fault } from '../domain/fault.ts';
import type { IncidentLog, Principals as PrincipalsPort } from '../domain/ledger.ts';
import type { Principal } from '../domain/principal.ts';
import { principalFrom, type NewPrincipal } from './new-principal.ts';
import type { Note } from './notes.ts';
import { bearerToken, hashOfToken, mintToken, sameSecret } from './token.ts';

/** A principal without its token's hash: what may be shown. */
export type ShownPrincipal = Omit<Principal, 'token_hash'>;

export interface Principals {
  /** Who calls, by the Authorization header. A revoked token is as invalid as an unknown one. */
  authenticate(authorizationHeader: string | undefined): Promise<Principal | 'missing' | 'invalid'>;
  /** The reporter that speaks for a source under its name; null where there is none, or it was revoked. */
  reporterFor(source: string): Promise<Principal | null>;
  /** The token is in the answer and nowhere else. Faults: `invalid_principal`, `principal_exists`. */
  add(wanted: NewPrincipal, actor: string): Promise<{ principal: ShownPrincipal; token: string }>;
  /** As `add`, for a token that exists already. Fault `token_not_distinct` where another has it. */
  register(wanted: NewPrincipal, token: string, actor: string): Promise<ShownPrincipal>;
  /** Its token is refused from now on. Fault `principal_not_found`. */
  revoke(name: string, actor: string): Promise<void>;
  /** One that was revoked may act again, by a new token that is in the answer alone. Fault `principal_not_revoked`. */
  restore(name: string, actor: string): Promise<{ name: string; token: string }>;
  list(): Promise<ShownPrincipal[]>;
  /** Whose token it is, a revoked one's included; null for nobody's. */
  ownerOf(token: string): Promise<ShownPrincipal | null>;
}

export interface PrincipalsDeps {
  principals: PrincipalsPort;
  log: Pick<IncidentLog, 'note'>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Who may call. Every change is noted in the ledger, under the name of whoever made it. */
export function createPrincipals({ principals, log, now }: PrincipalsDeps): Principals {
  const instant = () => new Date(now()).toISOString();
  const note = (type: Note, actor: string, body: Record<string, string | string[]>) =>
    log.note({ key: `${type}/${randomUUID()}`, at: instant(), actor, type, body });

  const register = async (wanted: NewPrincipal, token: string, actor: string) => {
    const principal = principalFrom(wanted, token, instant());
    await principals.add(principal);
    const { name, kind, roles, source, classes, formats } = principal;
    await note('principal_added', actor, { name, kind, roles, source, classes, formats });
    return shown(principal);
  };

  return {
    register,
    authenticate: (header) => authenticate(principals, header),
    reporterFor: (source) => reporterFor(principals, source),
    add: async (wanted, actor) => {
      const token = mintToken();
      return { principal: await register(wanted, token, actor), token };
    },
    revoke: async (name, actor) => {
      if (!(await principals.revoke(name, instant()))) {
        const message = `There is no principal ${name}`;
        throw new Fault('principal_not_found', message, { retryable: false });
      }
      await note('principal_revoked', actor, { name });
    },
    restore: async (name, actor) => {
      const token = mintToken();
      if (!(await principals.restore(name, hashOfToken(token)))) {
        const message = `There is no principal ${name} that was revoked`;
        throw new Fault('principal_not_revoked', message, { retryable: false });
      }
      await note('principal_restored', actor, { name });
      return { name, token };
    },
    list: async () => (await principals.all()).map(shown),
    ownerOf: async (token) => {
      const owner = await ownerOf(principals, token);
      return owner && shown(owner);
    },
  };
}

async function authenticate(
  principals: PrincipalsPort,
  header = '',
): Promise<Principal | 'missing' | 'invalid'> {
  if (header === '') return 'missing';
  const token = bearerToken(header);
  const owner = token === undefined ? null : await ownerOf(principals, token);
  return owner === null || owner.revoked_at !== '' ? 'invalid' : owner;
}

async function reporterFor(principals: PrincipalsPort, source: string): Promise<Principal | null> {
  const named = await principals.byName(source);
  const speaks = named?.kind === 'reporter' && named.source === source && named.revoked_at === '';
  return speaks ? named : null;
}

async function ownerOf(principals: PrincipalsPort, token: string): Promise<Principal | null> {
  const hash = hashOfToken(token);
  const found = await principals.byTokenHash(hash);
  return found !== null && sameSecret(found.token_hash, hash) ? found : null;
}

function shown(principal: Principal): ShownPrincipal {
  const { token_hash: _hash, ...rest } = principal;
  return rest;
}
