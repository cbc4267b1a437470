import type { Request, RequestHandler, Response } from 'express';
import { Fault } from '../domain/fault.ts';
import type { Principal } from '../domain/principal.ts';
import { receive } from './alerts/receive.ts';
import type { ShimDeps } from './deps.ts';
import { admit } from './middleware/authentication.ts';
import { readJson } from './middleware/body.ts';
import { noBody, type Reply, type Route } from './route.ts';

/** One route as Express calls it: who may, then what was sent, then the answer. No body of a stranger is read. */
export function serve(route: Route, deps: ShimDeps): RequestHandler {
  const handle: RequestHandler = async (request, response) => {
    const { principal, body } = await received(route, request, response, deps);
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
  return route.access === 'detector' ? counted(handle, deps) : handle;
}

function counted(handle: RequestHandler, { metrics }: Pick<ShimDeps, 'metrics'>): RequestHandler {
  return async (request, response, next) => {
    try {
      await handle(request, response, next);
    } catch (error) {
      metrics.deliveriesRefused.inc({ code: error instanceof Fault ? error.code : 'internal' });
      throw error;
    }
  };
}

async function received(
  { access, body, mostBytes }: Route,
  request: Request,
  response: Response,
  deps: ShimDeps,
): Promise<{ principal: Principal; body: unknown }> {
  if (access === 'detector') return receive(request, response, deps);
  const principal = await admit(access, request.get('authorization'), deps);
  return {
    principal,
    body: body === noBody ? undefined : await readJson(request, response, mostBytes),
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
