import { z } from 'zod';
import { COMMAND_REFUSALS, COMMAND_ROLES, giveCommand } from '../give-command.ts';
import { IDEMPOTENCY_KEY } from '../idempotency-key.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema } from '../schemas.ts';

const answerSchema = z.strictObject({ status: z.literal('re-attestation recorded') });

export const recoveryReattest = route({
  method: 'post',
  path: '/api/v1/recovery/reattest',
  summary: 'Second step of the ceremony: have the host prove its state now',
  access: COMMAND_ROLES.reattest,
  query: noQuery,
  body: z.strictObject({ incident_id: incidentRefSchema }),
  headers: IDEMPOTENCY_KEY,
  answers: {
    200: { description: 'The host was believed', schema: answerSchema },
    ...COMMAND_REFUSALS,
  },
  handle: async (call, deps) => {
    const { incident_id: incidentId } = call.body;
    return { body: await giveCommand(call, { incidentId, command: 'reattest', note: '' }, deps) };
  },
});
