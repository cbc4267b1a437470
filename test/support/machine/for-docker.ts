import { dockerCompose } from './docker-compose.ts';
import { needing } from './needing.ts';

export default needing(dockerCompose);
