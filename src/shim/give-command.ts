import { randomUUID } from 'node:crypto';
import { refusal, type Command } from '../domain/ceremony.ts';
import type { CommandResult } from '../domain/commands.ts';
import { Fault } from '../domain/fault.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { CommandAnswer } from '../domain/messages.ts';
import type { Role } from '../domain/principal.ts';
import type { ShimDeps } from './deps.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { knownIncident } from './known-incident.ts';
import { refuse, unavailable } from './refuse.ts';
import type { Answer, Call } from './route.ts';

/** Who may do what; the workflow trusts whoever this door has let through. */
export const COMMAND_ROLES: Record<Command, readonly Role[]> = {
  acknowledge: ['operator', 'recovery_admin'],
  reattest: ['recovery_admin'],
  resolve: ['operator'],
  close: ['operator'],
};

/** The ways in which any command may end other than well. */
export const COMMAND_REFUSALS: Readonly<Record<number, Answer>> = {
  404: { description: 'There is no such incident' },
  409: { description: 'Not now: the code and the sentence say what is missing' },
  503: {
    description:
      'No answer in time: send the same call again; under one Idempotency-Key it is one command',
  },
};

export interface Order {
  incidentId: string;
  command: Command;
  claim?: string | undefined;
  note: string;
}

/**
 * Carries a person's command to the incident's workflow, and answers once the ledger has it. A refusal throws
 * `CommandRefused`; faults: `incident_not_found`, `not_started`, `engine_unavailable`.
 */
export async function giveCommand(
  call: Pick<Call<unknown, unknown>, 'principal' | 'header'>,
  { incidentId, command, claim = '', note }: Order,
  deps: Pick<ShimDeps, 'ledger' | 'commands' | 'revive' | 'now'>,
): Promise<CommandAnswer> {
  const incident = await knownIncident(deps.ledger.register, incidentId);
  const by = call.principal.name;
  const id = requestId(call, command);
  const result = await deps.commands
    .send(incidentId, command, { by, claim, note }, id)
    .catch((error: unknown) => withoutWorkflow(incident, command, error, deps));
  if ('refused' in result) throw new CommandRefused(result.refused);
  return result.done;
}

/** The workflow's answer, which is a 409 and no failure. */
export class CommandRefused extends Error {
  readonly code: string;

  constructor({ code, message }: { code: string; message: string }) {
    super(message);
    this.code = code;
  }
}

/** A key is the caller's own, so that nobody is answered with what became of another's command. */
export function requestId(
  { principal, header }: Pick<Call<unknown, unknown>, 'principal' | 'header'>,
  command: string,
): string {
  const key = idempotencyKey(header('idempotency-key'));
  return key === '' ? randomUUID() : `${principal.name}/${command}/${key}`;
}

/** Throws the error where it is another, and `not_started` where the workflow is still to be started. */
export async function mustHaveEnded(
  incidentId: string,
  error: unknown,
  { revive }: Pick<ShimDeps, 'revive'>,
): Promise<void> {
  if (!(error instanceof Fault) || error.code !== 'not_found') throw error;
  if (await revive(incidentId)) {
    unavailable('not_started', 'The incident is recorded but its workflow has not started yet');
  }
}

/** Either its workflow is still to be started, or it has ended and only the record can answer. */
async function withoutWorkflow(
  incident: Incident,
  command: Command,
  error: unknown,
  { revive, now }: Pick<ShimDeps, 'revive' | 'now'>,
): Promise<CommandResult> {
  await mustHaveEnded(incident.id, error, { revive });
  const refused = refusal(incident, command, now());
  if (refused !== null) return { refused };
  if (command === 'resolve') return { done: { status: 'resolved' } };
  if (incident.state === 'closed') return { done: { status: 'closed' } };
  return refuse('not_required', 'This incident requires no review, so there is nothing to close');
}
