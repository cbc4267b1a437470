import { z } from 'zod';
import type { Command } from '../domain/ceremony.ts';
import { incidentRecordSchema } from '../domain/incident-record.ts';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from './give-command.ts';
import { SECOND_PERSON, WAITING } from './second-person.ts';
import { IDEMPOTENCY_KEY } from './idempotency-key.ts';
import { knownIncident } from './known-incident.ts';
import { noQuery, route } from './route.ts';
import { incidentRefSchema } from './schemas.ts';

/** A command on `{id, note}` that is answered with the incident as it then is. */
export function commandRoute(
  command: Command,
  about: { path: string; summary: string; note: z.ZodType<string> },
) {
  return route({
    method: 'post',
    path: about.path,
    summary: about.summary,
    access: COMMAND_ROLES[command],
    query: noQuery,
    body: z.strictObject({ id: incidentRefSchema, note: about.note }),
    headers: IDEMPOTENCY_KEY,
    answers: {
      200: { description: 'Done: the incident as it is now', schema: incidentRecordSchema },
      ...(command === 'resolve' && { 202: SECOND_PERSON }),
      ...COMMAND_REFUSALS,
    },
    handle: async (call, deps) => {
      const { id, note } = call.body;
      const { status } = await giveCommand(call, { incidentId: id, command, note }, deps);
      if (status === WAITING) return { status: 202, body: { status } };
      return { body: await knownIncident(deps.ledger.register, id) };
    },
  });
}
