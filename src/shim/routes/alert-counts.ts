import { z } from 'zod';
import { alertFormatSchema } from '../../domain/alert.ts';
import { instantSchema } from '../../domain/primitives.ts';
import { OUTCOMES } from '../../intake/alert-intake.ts';
import { noBody, noQuery, route } from '../route.ts';

const countSchema = z.strictObject({
  source: z.string(),
  format: z.union([z.literal(''), alertFormatSchema]),
  outcome: z.enum(OUTCOMES),
  count: z.int().positive(),
  first_at: instantSchema,
  last_at: instantSchema,
});

export const alertCounts = route({
  method: 'get',
  path: '/api/v1/alerts/counts',
  summary: 'How many alerts of each source came to what; what is not listed any more is counted',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'Every figure', schema: z.array(countSchema) } },
  handle: async (_call, deps) => ({ body: await deps.ledger.alerts.counts() }),
});
