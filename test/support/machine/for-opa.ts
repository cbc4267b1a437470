import { needing } from './needing.ts';
import { opa } from './senders.ts';
import { temporalCli } from './temporal-cli.ts';

export default needing(opa, temporalCli);
