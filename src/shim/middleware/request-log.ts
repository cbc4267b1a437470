import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Log } from '../../intake/log.ts';

/**
 * One line for each call, tied to the answer by `X-Request-Id`. The path only: neither headers, nor query, nor
 * body, because a credential may stand in any of them.
 */
export function requestLog(log: Log, now: () => number): RequestHandler {
  return (request, response, next) => {
    const began = now();
    const request_id = randomUUID();
    const { method, path } = request;
    response.set('X-Request-Id', request_id);
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 'aborted';
      log.info({ request_id, method, path, status, took_ms: now() - began }, 'request');
    });
    next();
  };
}
