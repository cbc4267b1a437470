import { z } from 'zod';
import { touched } from '../../domain/custody.ts';
import { putOnRecord } from '../../intake/put-on-record.ts';
import { evidenceOf } from '../kept-evidence.ts';
import { reasonSchema } from '../retention-route.ts';
import { noQuery, route } from '../route.ts';
import { toucherOf } from '../toucher.ts';

const READERS = ['forensic', 'operator'] as const;

export const decryption = route({
  method: 'post',
  path: '/api/v1/incidents/{id}/evidence/{sha256}/decryption',
  summary: 'Put on record that you decrypt an object, before you do; keys are never sent',
  access: READERS,
  query: noQuery,
  body: z.strictObject({ reason: reasonSchema }),
  answers: {
    200: { description: 'On record', schema: z.strictObject({ status: z.literal('recorded') }) },
    404: { description: 'There is no such incident, or it names no such evidence' },
  },
  handle: async (call, deps) => {
    const id = call.params['id'] ?? '';
    const object = await evidenceOf(id, call.params['sha256'] ?? '', deps);
    const toucher = toucherOf(call, READERS, call.body.reason, deps);
    await putOnRecord(deps.ledger.log, id, toucher, touched('decryption', toucher, [object]));
    return { body: { status: 'recorded' } };
  },
});
