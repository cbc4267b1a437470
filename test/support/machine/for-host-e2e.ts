import { needing } from './needing.ts';
import { temporalCli } from './temporal-cli.ts';
import { wholeHost } from './whole-host.ts';

export default needing(wholeHost, temporalCli);
