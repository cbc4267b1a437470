import { z } from 'zod';
import { recoveryComplete } from '../../domain/ceremony.ts';
import { incidentRecordSchema, type Incident } from '../../domain/incident-record.ts';
import { noBody, noQuery, route } from '../route.ts';

const pendingSchema = z.strictObject({
  incident_id: incidentRecordSchema.shape.id,
  require_ack: z.boolean(),
  require_reattest: z.boolean(),
  acked_at: z.string(),
  acked_by: z.string(),
  re_attested_at: z.string(),
  recovery_complete: z.boolean(),
});

export const recoveryStatus = route({
  method: 'get',
  path: '/api/v1/recovery/status',
  summary: 'What the ceremony still asks of whom',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: {
      description: 'Unresolved incidents whose ceremony is not complete',
      schema: z.strictObject({ pending_recoveries: z.array(pendingSchema), count: z.int() }),
    },
  },
  handle: async (_call, { ledger }) => {
    const pending = await ledger.register.pendingRecoveries();
    return { body: { pending_recoveries: pending.map(recoveryOf), count: pending.length } };
  },
});

function recoveryOf(incident: Incident): z.infer<typeof pendingSchema> {
  const { id, require_ack, require_reattest, acked_at, acked_by, re_attested_at } = incident;
  return {
    incident_id: id,
    require_ack,
    require_reattest,
    acked_at,
    acked_by,
    re_attested_at,
    recovery_complete: recoveryComplete(incident),
  };
}
