import { needing } from './needing.ts';
import { privatePostgres } from './private-postgres.ts';

export default needing(privatePostgres);
