import { immutableFlag } from './immutable-flag.ts';
import { needing } from './needing.ts';

export default needing(immutableFlag);
