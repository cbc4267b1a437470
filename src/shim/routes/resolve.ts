import { commandRoute } from '../command-route.ts';
import { noNote } from '../schemas.ts';

export const resolve = commandRoute('resolve', {
  path: '/api/v1/incidents/resolve',
  summary: 'Open the containment, once the ceremony is complete',
  note: noNote,
});
