import { statsSchema } from '../../domain/stats.ts';
import { noBody, noQuery, route } from '../route.ts';

export const stats = route({
  method: 'get',
  path: '/api/v1/stats',
  summary: 'Six figures, how clocks have ended, and what was dismissed',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'Over all incidents ever recorded', schema: statsSchema } },
  handle: async (_call, { ledger }) => ({ body: await ledger.register.stats() }),
});
