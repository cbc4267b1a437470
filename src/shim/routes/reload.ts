import { z } from 'zod';
import { sha256Schema } from '../../domain/primitives.ts';
import { noBody, noQuery, route } from '../route.ts';

export const reload = route({
  method: 'post',
  path: '/api/v1/reload',
  summary: 'Read the policy files anew and put them in force, if they are valid',
  access: ['policy_admin'],
  query: noQuery,
  body: noBody,
  answers: {
    200: {
      description: 'In force for every report from now on',
      schema: z.strictObject({ status: z.literal('reloaded'), policy_digest: sha256Schema }),
    },
    422: { description: 'Refused with file, line and reason; the policy in force stays' },
  },
  handle: async ({ principal }, { policy }) => {
    const { digest } = await policy.reload(principal.name);
    return { body: { status: 'reloaded', policy_digest: digest } };
  },
});
