import { logrotate } from './logrotate.ts';
import { needing } from './needing.ts';

export default needing(logrotate);
