import { needing } from './needing.ts';
import { temporalCli } from './temporal-cli.ts';
import { workflowBundle } from './workflow-bundle.ts';

export default needing(temporalCli, workflowBundle);
