import { checklistOf } from '../../domain/checklist-of.ts';
import { checklistSchema } from '../../domain/checklist.ts';
import { knownIncident } from '../known-incident.ts';
import { noBody, noQuery, route } from '../route.ts';

export const listTasks = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/tasks',
  summary: 'What the playbook of an incident leaves to people: tasks, decisions, and the checks',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: { description: 'The checklist; empty without a playbook', schema: checklistSchema },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ params }, { ledger, now }) => ({
    body: checklistOf(await knownIncident(ledger.register, params['id'] ?? ''), now()),
  }),
});
