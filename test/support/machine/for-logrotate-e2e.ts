import { logrotate } from './logrotate.ts';
import { needing } from './needing.ts';
import { temporalCli } from './temporal-cli.ts';

export default needing(logrotate, temporalCli);
