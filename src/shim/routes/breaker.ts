import { z } from 'zod';
import { breakerStandingSchema } from '../../domain/breaker.ts';
import { nameSchema } from '../../domain/primitives.ts';
import { noBody, noQuery, route } from '../route.ts';

export const breaker = route({
  method: 'get',
  path: '/api/v1/breaker',
  summary: 'Which actions have come to their limit, and what was counted of each',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: { 200: { description: 'As it stands now', schema: breakerStandingSchema } },
  handle: async (_call, { ledger }) => ({ body: await ledger.breaker.standing() }),
});

export const resetBreaker = route({
  method: 'post',
  path: '/api/v1/breaker/reset',
  summary: 'Count anew: of one action, or of all. What is held for a person stays held',
  access: ['operator', 'policy_admin'],
  query: noQuery,
  body: z.strictObject({ action: nameSchema.optional() }),
  answers: {
    200: {
      description: 'How many were tripped, and are no more',
      schema: z.strictObject({ reset: z.int() }),
    },
  },
  handle: async ({ body, principal }, { ledger, now }) => {
    const at = new Date(now()).toISOString();
    return { body: { reset: await ledger.breaker.reset(body.action ?? '', principal.name, at) } };
  },
});
