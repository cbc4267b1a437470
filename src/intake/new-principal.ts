import { Fault } from '../domain/fault.ts';
import { PERSONS_ONLY, principalSchema, type Principal } from '../domain/principal.ts';
import { hashOfToken } from './token.ts';

export type NewPrincipal = Pick<Principal, 'name' | 'kind' | 'roles' | 'source' | 'classes'> &
  Partial<Pick<Principal, 'formats'>>;

/** The record of a principal that may be. Fault `invalid_principal` for one that may not. */
export function principalFrom(wanted: NewPrincipal, token: string, at: string): Principal {
  const whole = { ...wanted, token_hash: hashOfToken(token), created_at: at, revoked_at: '' };
  const parsed = principalSchema.safeParse(whole);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`The principal's ${issue?.path.join('.')} is invalid: ${issue?.message}`);
  }
  const { kind, roles, source, classes, formats } = parsed.data;
  const bound = source !== '' || classes.length > 0 || formats.length > 0;
  if (roles.length === 0) throw invalid('A principal needs at least one role');
  if (kind === 'reporter' && source === '') throw invalid('A reporter is bound to a source');
  if (kind !== 'reporter' && bound)
    throw invalid('Only a reporter has a source, classes and formats');
  const denied = kind === 'person' ? undefined : roles.find((role) => PERSONS_ONLY.includes(role));
  if (denied) throw invalid(`Only a person may have the role ${denied}`);
  return parsed.data;
}

function invalid(message: string): Fault {
  return new Fault('invalid_principal', message, { retryable: false });
}
