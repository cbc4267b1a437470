import { z } from 'zod';
import { lacksRole } from '../../domain/principal.ts';
import { COMMAND_ROLES } from '../give-command.ts';
import { knownIncident } from '../known-incident.ts';
import { refuse } from '../refuse.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema } from '../schemas.ts';

/** The commands that exist as signals too. */
const bodySchema = z.strictObject({
  incident_id: incidentRefSchema,
  command: z.enum(['acknowledge', 'reattest']),
});

export const signalToken = route({
  method: 'post',
  path: '/api/v1/recovery/signal-token',
  summary: 'A short-lived token with which you may signal one incident through Temporal',
  access: [...new Set([...COMMAND_ROLES.acknowledge, ...COMMAND_ROLES.reattest])],
  query: noQuery,
  body: bodySchema,
  answers: {
    200: {
      description: 'For this person, incident and command alone',
      schema: z.strictObject({ token: z.string(), expires_at: z.string() }),
    },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ principal, body: { incident_id, command } }, deps) => {
    const roles = COMMAND_ROLES[command];
    if (lacksRole(principal, roles)) {
      refuse('forbidden', `${principal.name} does not have the role ${roles.join(' or ')}`);
    }
    await knownIncident(deps.ledger.register, incident_id);
    return { body: deps.mintSignalToken(principal.name, incident_id, command) };
  },
});
