import { z } from 'zod';
import { lacksRole, type Role } from '../../domain/principal.ts';
import type { ShimDeps } from '../deps.ts';
import { inRole } from '../middleware/authentication.ts';
import { orderedBy, orderRoute } from '../order-route.ts';
import { taskOf } from '../planned.ts';
import { refuse } from '../refuse.ts';
import { noNote } from '../schemas.ts';
import { TASK_ROLES } from './complete-task.ts';

const bodySchema = z.strictObject({
  to: z.string().min(1).max(128).describe('A person who has the role of the task'),
  note: noNote,
});

export const assignTask = orderRoute({
  path: '/api/v1/incidents/{id}/tasks/{task}/assign',
  summary: 'Somebody is to do a task: an operator says so, or whoever could do it',
  access: TASK_ROLES,
  body: bodySchema,
  shows: 'checklist',
  refusals: {
    400: { description: 'Nobody of that name can do the task' },
    403: { description: 'The task is of another role' },
    404: { description: 'There is no such incident or task' },
  },
  order: async (call, incident, deps) => {
    const { to, note } = call.body;
    const { task, role } = taskOf(incident, call.params['task'] ?? '');
    inRole(call.principal, ['operator', role]);
    await mustBeAble(to, role, deps);
    return { order: 'assign', ...orderedBy(call, note), task, to };
  },
});

async function mustBeAble(
  name: string,
  role: Role,
  { principalNamed }: Pick<ShimDeps, 'principalNamed'>,
): Promise<void> {
  const person = await principalNamed(name);
  if (person?.kind !== 'person' || lacksRole(person, [role])) {
    refuse('bad_assignee', `${name} is no person who has the role ${role}`);
  }
}
