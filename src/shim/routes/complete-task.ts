import { z } from 'zod';
import type { Order } from '../../domain/messages.ts';
import { taskResultSchema } from '../../domain/result-field.ts';
import {
  attachmentSchema,
  keepAttached,
  MOST_ATTACHED_BYTES,
  readAttachments,
} from '../attachments.ts';
import { mustBeOpen } from '../give-order.ts';
import { inRole } from '../middleware/authentication.ts';
import { orderedBy, orderRoute } from '../order-route.ts';
import { taskOf } from '../planned.ts';
import { noNote } from '../schemas.ts';

/** The roles that tasks can be of. */
export const TASK_ROLES = ['operator', 'recovery_admin', 'forensic', 'policy_admin'] as const;

const MOST_ATTACHED = 20;

/** A result goes into the engine's history, where there is room for findings and none for documents. */
const LONGEST_RESULT = 16_384;

const bodySchema = z.strictObject({
  result: taskResultSchema
    .refine((result) => JSON.stringify(result).length <= LONGEST_RESULT, 'is too long: attach it')
    .default({})
    .describe('What was found, by the names of its schema'),
  evidence: z.array(attachmentSchema).max(MOST_ATTACHED).default([]),
  note: noNote,
  claim: z.string().max(256).default('').describe('Kept beside the authenticated name'),
});

export const completeTask = orderRoute({
  path: '/api/v1/incidents/{id}/tasks/{task}',
  summary: 'A task is done: what it has come to, and the evidence of it',
  access: TASK_ROLES,
  body: bodySchema,
  mostBytes: MOST_ATTACHED_BYTES,
  shows: 'checklist',
  refusals: {
    403: { description: 'The task is of another role' },
    404: { description: 'There is no such incident, task or evidence' },
  },
  order: async (call, incident, deps) => {
    const { result, note, claim } = call.body;
    const { task, role } = taskOf(incident, call.params['task'] ?? '');
    inRole(call.principal, [role]);
    const attached = await readAttachments(call.body.evidence, deps);
    const evidence = attached.map(({ ref }) => ref);
    const by = { ...orderedBy(call, note), claim };
    const order: Order = { order: 'complete', ...by, task, result, evidence };
    mustBeOpen(incident, order, deps.now());
    await keepAttached(incident.id, attached, deps);
    return order;
  },
});
