import { z } from 'zod';
import { keptEvidenceSchema } from '../../domain/kept-evidence.ts';
import { keptEvidence } from '../kept-evidence.ts';
import { noBody, noQuery, route } from '../route.ts';

export const listEvidence = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/evidence',
  summary: 'The evidence of one incident: until when it is kept, what holds it, what has expired',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: { description: 'In the order in which it came', schema: z.array(keptEvidenceSchema) },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ params }, deps) => ({ body: await keptEvidence(params['id'] ?? '', deps) }),
});
