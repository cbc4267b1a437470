import type { IncomingMessage, RequestListener } from 'node:http';
import { type Answer, failed, ok, problem, send } from './answer.ts';
import { type RouteDeps, type Route, routesOf } from './routes.ts';
import { bears } from './token.ts';

/** What becomes of a message about a call that failed. It never bears a nonce or a token. */
export type Complain = (problem: { method: string; path: string; err: unknown }) => void;

export interface HandlerDeps extends RouteDeps {
  /** Read at each call, so that a rotated token is used at once; throws where there is none, and nobody comes in. */
  token: () => string;
  complain: Complain;
}

/** Answers every call to the agent. */
export function createAgentHandler(deps: HandlerDeps): RequestListener {
  const routes = routesOf(deps);
  return (request, response) => {
    const complain = (err: unknown) =>
      deps.complain({ method: request.method ?? '', path: pathOf(request), err });
    void answer(deps, routes, request)
      .catch((err: unknown) => {
        complain(err);
        return failed(err);
      })
      .then((given) => send(response, given))
      .catch((err: unknown) => {
        // Its head is out: only a body that breaks off can still say that it is not whole.
        response.destroy();
        complain(err);
      });
  };
}

async function answer(
  deps: HandlerDeps,
  routes: Readonly<Record<string, Record<string, Route>>>,
  request: IncomingMessage,
): Promise<Answer> {
  const path = pathOf(request);
  // Whoever has no token learns that an agent is here, and nothing about its host.
  if (path === '/health' && request.method === 'GET') return ok({ status: 'ok' });
  if (!bears(request, deps.token())) {
    return problem(401, 'unauthenticated', 'a valid bearer token is needed', {
      'www-authenticate': 'Bearer',
    });
  }
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined) return problem(404, 'not_found', 'there is no such path');
  const method = request.method ?? '';
  const route = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (route !== undefined) return route(request);
  const allow = Object.keys(methods).join(', ');
  return problem(405, 'method_not_allowed', `this path takes ${allow}`, { allow });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
