import { z } from 'zod';
import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { knownIncident } from '../known-incident.ts';
import { noBody, route } from '../route.ts';
import { incidentRefSchema } from '../schemas.ts';

export const getIncident = route({
  method: 'get',
  path: '/api/v1/incidents/get',
  summary: 'One incident',
  access: 'read',
  query: z.strictObject({ id: incidentRefSchema }),
  body: noBody,
  answers: {
    200: { description: 'The incident', schema: incidentRecordSchema },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ query }, { ledger }) => ({
    body: await knownIncident(ledger.register, query.id),
  }),
});
