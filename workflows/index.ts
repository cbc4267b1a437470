export { escalation } from './escalation.ts';
export { incident } from './incident.ts';
export { retentionSweep } from './retention-sweep.ts';
export { verificationSweep } from './verification-sweep.ts';
