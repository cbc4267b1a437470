import { z } from 'zod';
import { epochMs } from '../../domain/instant.ts';
import { reasonSchema, retentionRoute } from '../retention-route.ts';

export const extendRetention = retentionRoute({
  path: '/api/v1/incidents/{id}/evidence/retention',
  summary: 'Keep all evidence of an incident until a date, where that is later than before',
  body: z.strictObject({ until: z.iso.datetime({ offset: true }), reason: reasonSchema }),
  decide: (keeping, id, { until }, toucher) => keeping.extend(id, epochMs(until), toucher),
});
