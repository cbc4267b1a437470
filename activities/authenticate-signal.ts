import type { Activities } from '../src/domain/activities.ts';
import { Fault } from '../src/domain/fault.ts';
import type { PersonCommand } from '../src/domain/messages.ts';
import type { ActivityDeps } from './deps.ts';

type Request = Parameters<Activities['authenticateSignal']>[0];

/** Temporal does not tell who signals, so a signal carries a token of the person's. */
export async function authenticateSignal(
  { verifySignalToken, ledger }: ActivityDeps,
  { token, ...purpose }: Request,
): Promise<PersonCommand> {
  const verified = verifySignalToken(token, purpose);
  if (!verified.accepted) return refuse(verified.reason);
  // Minted while its person could still act: who was revoked since can no more.
  const person = await ledger.principals.byName(verified.person.by);
  if (person === null || person.revoked_at !== '') return refuse('revoked');
  return verified.person;
}

function refuse(reason: string): never {
  throw new Fault('invalid_token', `The token was refused: ${reason}`, { retryable: false });
}
