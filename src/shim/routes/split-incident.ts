import { z } from 'zod';
import { relateRoute } from '../relate-route.ts';
import { reasonSchema } from '../retention-route.ts';
import { incidentRefSchema } from '../schemas.ts';

/** A beginning that tells an alert from the others of one incident. */
const alertRefSchema = z
  .string()
  .regex(/^[0-9a-f]{8,64}$/, 'is not an identity, nor a beginning of one');

export const splitIncident = relateRoute({
  path: '/api/v1/incidents/split',
  summary: 'One alert of an incident has another cause: it becomes an incident of its own',
  body: z.strictObject({ id: incidentRefSchema, alert: alertRefSchema, reason: reasonSchema }),
  answer: 'Split: the new incident, which further alerts like that one join',
  relate: (relations, by, { id, alert }, relating) => relations.split(by, id, alert, relating),
});
