import { z } from 'zod';
import { reasonSchema, retentionRoute } from '../retention-route.ts';

const bodySchema = z.strictObject({ reason: reasonSchema });

export const holdEvidence = retentionRoute({
  path: '/api/v1/incidents/{id}/evidence/hold',
  summary: 'Put all evidence of an incident under legal hold, what is still to come included',
  body: bodySchema,
  decide: (keeping, id, _body, toucher) => keeping.hold(id, toucher),
});

export const releaseEvidence = retentionRoute({
  path: '/api/v1/incidents/{id}/evidence/hold/release',
  summary: 'Release the evidence of an incident from legal hold; its dates then count again',
  body: bodySchema,
  decide: (keeping, id, _body, toucher) => keeping.releaseHold(id, toucher),
});
