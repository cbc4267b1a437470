import { z } from 'zod';
import { relateRoute } from '../relate-route.ts';
import { reasonSchema } from '../retention-route.ts';
import { incidentRefSchema } from '../schemas.ts';

export const mergeIncidents = relateRoute({
  path: '/api/v1/incidents/merge',
  summary: 'Two incidents have one cause: further alerts of the first join the second',
  body: z.strictObject({ id: incidentRefSchema, into: incidentRefSchema, reason: reasonSchema }),
  answer: 'Merged: the first incident, which keeps its own containment and ceremony',
  relate: (relations, by, { id, into }, relating) => relations.merge(by, id, into, relating),
});
