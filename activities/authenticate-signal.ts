import type { Activities } from '../src/domain/activities.ts';
import { Fault } from '../src/domain/fault.ts';
import type { PersonCommand } from '../src/domain/messages.ts';
import type { ActivityDeps } from './deps.ts';

type Request = Parameters<Activities['authenticateSignal']>[0];

/** Temporal does not tell who signals, so a signal carries a token of the person's. */
export async function authenticateSignal(
  { verifySignalToken }: ActivityDeps,
  { token, ...purpose }: Request,
): Promise<PersonCommand> {
  const verified = verifySignalToken(token, purpose);
  if (verified.accepted) return verified.person;
  throw new Fault('invalid_token', `The token was refused: ${verified.reason}`, {
    retryable: false,
  });
}
