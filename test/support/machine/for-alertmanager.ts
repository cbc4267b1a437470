import { needing } from './needing.ts';
import { alertmanager } from './senders.ts';
import { temporalCli } from './temporal-cli.ts';

export default needing(alertmanager, temporalCli);
