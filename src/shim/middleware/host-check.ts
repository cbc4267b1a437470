import type { RequestHandler } from 'express';
import { refuse } from '../refuse.ts';

/**
 * Refuses a Host that is not ours: a web page whose name was re-bound to the loopback address would otherwise
 * read this API from the operator's own browser.
 */
export function hostCheck(allowedHosts: readonly string[]): RequestHandler {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));
  return (request, _response, next) => {
    const host = nameOf(request.get('host'));
    if (allowed.size > 0 && !allowed.has(host)) {
      refuse('bad_host', `This API does not answer to the name ${JSON.stringify(host)}`);
    }
    next();
  };
}

/** `localhost` of `localhost:8515`, `[::1]` of `[::1]:8515`. */
function nameOf(host = ''): string {
  return host.toLowerCase().replace(/:\d*$/, '');
}
