import { dockerd } from './dockerd.ts';
import { needing } from './needing.ts';
import { wholeHost } from './whole-host.ts';

export default needing(wholeHost, dockerd);
