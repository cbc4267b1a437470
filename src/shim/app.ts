import express, { type Express } from 'express';
import type { ShimDeps } from './deps.ts';
import { errors } from './middleware/errors.ts';
import { hostCheck } from './middleware/host-check.ts';
import { requestLog } from './middleware/request-log.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { unknownPath } from './middleware/unknown-path.ts';
import { wrongMethod } from './middleware/wrong-method.ts';
import type { Route } from './route.ts';
import { createRoutes } from './routes.ts';
import { serve } from './serve.ts';

/** The whole API, without a port. */
export function createApp(deps: ShimDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');

  app.use(requestLog(deps.log, deps.now));
  app.use(securityHeaders);
  app.use(hostCheck(deps.config.allowedHosts));
  for (const [path, routes] of byPath(createRoutes())) {
    const at = app.route(expressPath(path));
    for (const route of routes) at[route.method](serve(route, deps));
    at.all(wrongMethod(routes.map(({ method }) => method)));
  }
  app.use(unknownPath);
  app.use(errors(deps));
  return app;
}

/** In the order of first mention, so that `/incidents/get` is tried before `/incidents/{id}`. */
function byPath(routes: readonly Route[]): Map<string, Route[]> {
  return Map.groupBy(routes, ({ path }) => path);
}

/** `/incidents/{id}` in Express's words. */
function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}
