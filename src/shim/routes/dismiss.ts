import { z } from 'zod';
import { orderedBy, orderRoute } from '../order-route.ts';
import { reasonSchema } from '../retention-route.ts';
import { noNote, noteSchema } from '../schemas.ts';

const bodySchema = z.strictObject({
  reason: reasonSchema,
  tune: noteSchema.trim().min(1).describe('What to change so that it is not reported again'),
  note: noNote,
});

export const dismiss = orderRoute({
  path: '/api/v1/incidents/{id}/dismiss',
  summary: 'It was a false positive: everything is released, once the latch may open',
  access: ['operator'],
  body: bodySchema,
  shows: 'incident',
  order: async (call) => {
    const { reason, tune, note } = call.body;
    return { order: 'dismiss', ...orderedBy(call, note), dismissal: { reason, tune } };
  },
});
