import { z } from 'zod';
import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from '../give-command.ts';
import { IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { knownIncident } from '../known-incident.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema, noNote } from '../schemas.ts';

export const acknowledge = route({
  method: 'post',
  path: '/api/v1/incidents/acknowledge',
  summary: 'Record that a person has reviewed the incident and takes responsibility',
  access: COMMAND_ROLES.acknowledge,
  query: noQuery,
  body: z.strictObject({ id: incidentRefSchema, note: noNote }),
  headers: IDEMPOTENCY_KEY,
  answers: {
    200: { description: 'Done: the incident as it is now', schema: incidentRecordSchema },
    ...COMMAND_REFUSALS,
  },
  handle: async (call, deps) => {
    const { id, note } = call.body;
    await giveCommand(call, { incidentId: id, command: 'acknowledge', note }, deps);
    return { body: await knownIncident(deps.ledger.register, id) };
  },
});
