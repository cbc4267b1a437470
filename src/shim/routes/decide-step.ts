import { z } from 'zod';
import { DECISIONS } from '../../domain/playbook-progress.ts';
import { inRole } from '../middleware/authentication.ts';
import { orderedBy, orderRoute } from '../order-route.ts';
import { decisionOf } from '../planned.ts';
import { refuse } from '../refuse.ts';
import { noNote } from '../schemas.ts';
import { TASK_ROLES } from './complete-task.ts';

const bodySchema = z.strictObject({ verdict: z.enum(DECISIONS), note: noNote });

export const decideStep = orderRoute({
  path: '/api/v1/incidents/{id}/decisions/{step}',
  summary: 'Approve or decline a step that is not taken without asking, or what the breaker holds',
  access: [...TASK_ROLES, 'backup_contact'],
  body: bodySchema,
  shows: 'checklist',
  refusals: {
    403: { description: 'The decision is of another role, or not for a service' },
    404: { description: 'There is no such incident or step' },
  },
  order: async (call, incident) => {
    const { verdict, note } = call.body;
    const { step, roles } = decisionOf(incident, call.params['step'] ?? '');
    const { kind, name } = inRole(call.principal, roles);
    if (kind !== 'person') refuse('forbidden', `${name} is no person, who alone decides`);
    return { order: 'decide', ...orderedBy(call, note), step, verdict };
  },
});
