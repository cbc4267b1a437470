import { needing } from './needing.ts';
import { softwareTpm } from './software-tpm.ts';

export default needing(softwareTpm);
