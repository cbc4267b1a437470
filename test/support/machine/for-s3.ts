import { needing } from './needing.ts';
import { versitygw } from './versitygw.ts';

export default needing(versitygw);
