export { escalation } from './escalation.ts';
export { incident } from './incident.ts';
