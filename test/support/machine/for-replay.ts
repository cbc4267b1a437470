import { needing } from './needing.ts';
import { workflowBundle } from './workflow-bundle.ts';

export default needing(workflowBundle);
