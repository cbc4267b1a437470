import { z } from 'zod';
import { bundleSchema } from '../../domain/bundle.ts';
import { bundleReply } from '../bundle-reply.ts';
import { noBody, route } from '../route.ts';
import { REASON, reasonIn } from '../reason.ts';
import { incidentRefSchema } from '../schemas.ts';
import { toucherOf } from '../toucher.ts';

const FORENSIC = ['forensic'] as const;

export const forensicExport = route({
  method: 'get',
  path: '/api/v1/forensic/export',
  summary: 'A signed bundle of incidents, ledger entries, system state and policy digest',
  access: FORENSIC,
  query: z.strictObject({
    incident: incidentRefSchema.optional().describe('This incident alone'),
  }),
  body: noBody,
  answers: {
    200: { description: 'One line of canonical JSON; keep every byte', schema: bundleSchema },
    404: { description: 'There is no such incident' },
    413: { description: 'Too much for one bundle' },
  },
  headers: REASON,
  handle: async (call, deps) => {
    const { query } = call;
    const toucher = toucherOf(call, FORENSIC, reasonIn(call), deps);
    const exported = await deps.exporter.export(toucher, query.incident);
    return bundleReply(exported, query.incident ?? '');
  },
});
