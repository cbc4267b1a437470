import { z } from 'zod';
import { ledgerEntrySchema } from '../../domain/ledger-entry.ts';
import { knownIncident } from '../known-incident.ts';
import { noBody, noQuery, route } from '../route.ts';

export const timeline = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/timeline',
  summary: 'Everything that happened to one incident, oldest first',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: { description: 'Its entries of the ledger', schema: z.array(ledgerEntrySchema) },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ params }, { ledger: { register } }) => {
    const { id } = await knownIncident(register, params['id'] ?? '');
    return { body: await register.timeline(id) };
  },
});
