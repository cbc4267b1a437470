import type { RequestHandler } from 'express';
import { refuse } from '../refuse.ts';

/** Stands behind the methods of one path: tells which they are, as the answer to OPTIONS or as a refusal. */
export function wrongMethod(methods: readonly string[]): RequestHandler {
  const names = methods.map((method) => method.toUpperCase());
  const allow = [...names, ...(names.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    refuse('method_not_allowed', `${request.method} is not possible here; possible are ${allow}`);
  };
}
