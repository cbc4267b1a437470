import { docsPage, type Page } from '../docs-page.ts';
import { noBody, noQuery, route, type Route } from '../route.ts';

/** `routes` is asked late, so that the page has itself on it. */
export function docs(routes: () => readonly Route[]): Route {
  let page: Page | null = null;
  return route({
    method: 'get',
    path: '/docs',
    summary: 'This API as a page to read',
    access: 'open',
    query: noQuery,
    body: noBody,
    answers: { 200: { description: 'The page', mediaType: 'text/html' } },
    handle: async () => {
      page ??= docsPage(routes());
      const { html, contentSecurityPolicy } = page;
      return {
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': contentSecurityPolicy,
        },
        body: html,
      };
    },
  });
}
