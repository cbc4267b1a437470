import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { knownIncident } from '../known-incident.ts';
import { noBody, noQuery, route } from '../route.ts';

export const incidentById = route({
  method: 'get',
  path: '/api/v1/incidents/{id}',
  summary: 'One incident, by its place',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: { description: 'The incident', schema: incidentRecordSchema },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ params }, { ledger }) => ({
    body: await knownIncident(ledger.register, params['id'] ?? ''),
  }),
});
