import { z } from 'zod';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from '../give-command.ts';
import { IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema, noNote } from '../schemas.ts';

const bodySchema = z.strictObject({
  incident_id: incidentRefSchema,
  operator: z
    .string()
    .max(256)
    .optional()
    .describe('A claim, kept beside the authenticated name, which alone counts'),
  note: noNote,
});

export const recoveryAck = route({
  method: 'post',
  path: '/api/v1/recovery/ack',
  summary: 'First step of the ceremony: acknowledge',
  access: COMMAND_ROLES.acknowledge,
  query: noQuery,
  body: bodySchema,
  headers: IDEMPOTENCY_KEY,
  answers: {
    200: { description: 'Recorded', schema: z.strictObject({ status: z.literal('acknowledged') }) },
    ...COMMAND_REFUSALS,
  },
  handle: async (call, deps) => {
    const { incident_id: incidentId, operator: claim, note } = call.body;
    return {
      body: await giveCommand(call, { incidentId, command: 'acknowledge', claim, note }, deps),
    };
  },
});
