import { z } from 'zod';
import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from '../give-command.ts';
import { IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { knownIncident } from '../known-incident.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema, noteSchema } from '../schemas.ts';

export const close = route({
  method: 'post',
  path: '/api/v1/incidents/close',
  summary: 'Close the review of a resolved incident',
  access: COMMAND_ROLES.close,
  query: noQuery,
  body: z.strictObject({ id: incidentRefSchema, note: noteSchema.min(1) }),
  headers: IDEMPOTENCY_KEY,
  answers: {
    200: { description: 'Done: the incident as it is now', schema: incidentRecordSchema },
    ...COMMAND_REFUSALS,
  },
  handle: async (call, deps) => {
    const { id, note } = call.body;
    await giveCommand(call, { incidentId: id, command: 'close', note }, deps);
    return { body: await knownIncident(deps.ledger.register, id) };
  },
});
