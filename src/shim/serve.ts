import type { Request, RequestHandler, Response } from 'express';
import type { ShimDeps } from './deps.ts';
import { admit } from './middleware/authentication.ts';
import { readJson } from './middleware/body.ts';
import { noBody, type Reply, type Route } from './route.ts';

/** One route as Express calls it: who may, then what was sent, then the answer. No body of a stranger is read. */
export function serve(route: Route, deps: ShimDeps): RequestHandler {
  return async (request, response) => {
    const principal = await admit(route.access, request.get('authorization'), deps);
    const body = route.body === noBody ? undefined : await readJson(request, response);
    const reply = await route.answer(
      {
        query: request.query,
        body,
        params: namesOf(request.params),
        header: (name) => request.get(name),
        principal,
        gone: goneSignal(response),
      },
      deps,
    );
    if (typeof reply === 'function') await reply(response);
    else send(response, reply);
  };
}

/** A name stands for one part of a path, so each has one value. */
function namesOf(params: Request['params']): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

function goneSignal(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort('gone'));
  return gone.signal;
}

function send(response: Response, { status = 200, headers = {}, body }: Reply): void {
  response.status(status).set(headers);
  if (typeof body === 'string' || body instanceof Uint8Array) response.end(body);
  else response.json(body);
}
