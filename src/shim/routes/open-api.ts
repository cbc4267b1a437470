import { z } from 'zod';
import { openApiDocument, type Json } from '../open-api.ts';
import { noBody, noQuery, route, type Route } from '../route.ts';

/** `routes` is asked late, so that the document has itself in it. */
export function openApi(routes: () => readonly Route[]): Route {
  let document: Json | null = null;
  return route({
    method: 'get',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    access: 'open',
    query: noQuery,
    body: noBody,
    answers: { 200: { description: 'The document', schema: z.looseObject({}) } },
    handle: async () => ({ body: (document ??= openApiDocument(routes())) }),
  });
}
