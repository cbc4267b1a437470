import { z } from 'zod';
import type { Stats } from '../../domain/ledger.ts';
import { noBody, noQuery, route } from '../route.ts';

const statsSchema: z.ZodType<Stats> = z.strictObject({
  total_incidents: z.int(),
  open_incidents: z.int(),
  contained_count: z.int(),
  resolved_count: z.int(),
  by_class: z.record(z.string(), z.int()),
  open_by_severity: z.record(z.string(), z.int()),
});

export const stats = route({
  method: 'get',
  path: '/api/v1/stats',
  summary: 'Six figures',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'Over all incidents ever recorded', schema: statsSchema } },
  handle: async (_call, { ledger }) => ({ body: await ledger.register.stats() }),
});
