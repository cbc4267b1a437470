import { needing } from './needing.ts';
import { cosign } from './senders.ts';
import { temporalCli } from './temporal-cli.ts';

export default needing(cosign, temporalCli);
