import { needing } from './needing.ts';
import { timeSkippingServer } from './time-skipping-server.ts';
import { workflowBundle } from './workflow-bundle.ts';

export default needing(timeSkippingServer, workflowBundle);
