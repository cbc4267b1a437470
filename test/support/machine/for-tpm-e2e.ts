import { needing } from './needing.ts';
import { softwareTpm } from './software-tpm.ts';
import { temporalCli } from './temporal-cli.ts';

export default needing(softwareTpm, temporalCli);
