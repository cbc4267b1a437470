import { commandRoute } from '../command-route.ts';
import { noNote } from '../schemas.ts';

export const acknowledge = commandRoute('acknowledge', {
  path: '/api/v1/incidents/acknowledge',
  summary: 'Record that a person has reviewed the incident and takes responsibility',
  note: noNote,
});
