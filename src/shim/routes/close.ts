import { commandRoute } from '../command-route.ts';
import { noteSchema } from '../schemas.ts';

export const close = commandRoute('close', {
  path: '/api/v1/incidents/close',
  summary: 'Close the review of a resolved incident',
  note: noteSchema.min(1),
});
