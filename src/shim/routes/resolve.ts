import { z } from 'zod';
import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from '../give-command.ts';
import { IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { knownIncident } from '../known-incident.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema, noNote } from '../schemas.ts';

export const resolve = route({
  method: 'post',
  path: '/api/v1/incidents/resolve',
  summary: 'Open the containment, once the ceremony is complete',
  access: COMMAND_ROLES.resolve,
  query: noQuery,
  body: z.strictObject({ id: incidentRefSchema, note: noNote }),
  headers: IDEMPOTENCY_KEY,
  answers: {
    200: { description: 'Done: the incident as it is now', schema: incidentRecordSchema },
    ...COMMAND_REFUSALS,
  },
  handle: async (call, deps) => {
    const { id, note } = call.body;
    await giveCommand(call, { incidentId: id, command: 'resolve', note }, deps);
    return { body: await knownIncident(deps.ledger.register, id) };
  },
});
