import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DOCS_STYLE } from './docs-style.ts';
import { html, type Html } from './html.ts';
import { hasSchema, parametersOf, whoMay } from './open-api.ts';
import type { Answer, Route } from './route.ts';

export interface Page {
  html: string;
  /** Lets in the page's own style, by its hash, and nothing else. */
  contentSecurityPolicy: string;
}

/** The routes as a page: no script, nothing fetched, readable on a telephone, in the light and in the dark. */
export function docsPage(routes: readonly Route[]): Page {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Cordon API</title>
        ${html.raw(`<style>${DOCS_STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>Cordon API</h1>
          <p>
            Send a credential as <code>Authorization: Bearer &lt;token&gt;</code> and bodies as
            <code>application/json</code>; detectors may do both in other ways. Every failure is
            answered as <code>{"error": "a sentence", "code": "stable_code"}</code>; what answers
            503 may be sent again. The same in a machine's words:
            <a href="/openapi.json">openapi.json</a>.
          </p>
          <nav>
            <ul>
              ${routes.map((route) => html`<li><a href="#${anchor(route)}">${title(route)}</a></li>`)}
            </ul>
          </nav>
          ${routes.map(section)}
        </main>
      </body>
    </html> `;
  const hash = createHash('sha256').update(DOCS_STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'`;
  return { html: page.text, contentSecurityPolicy: policy };
}

function section(route: Route): Html {
  return html`<section id="${anchor(route)}">
    <h2>${title(route)}</h2>
    <p>${route.summary}. ${whoMay(route.access)}</p>
    ${fields('Parameters', parameters(route))} ${fields('Body', members(route.body))}
    ${answers(route.answers)}
  </section> `;
}

function title({ method, path }: Route): Html {
  return html`<b>${method.toUpperCase()}</b> <code>${path}</code>`;
}

function anchor({ method, path }: Route): string {
  return [method, ...(path.match(/\w+/g) ?? [])].join('-');
}

interface Field {
  name: string;
  required: boolean;
  says: string;
}

function parameters(route: Route): Field[] {
  return parametersOf(route).map(({ name, in: place, required, schema, description }) => {
    return { name: `${name} (${place})`, required, says: wordsFor(schema, description) };
  });
}

function members(body: z.ZodType): Field[] {
  if (!hasSchema({ body })) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(body, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    return { name, required: required.includes(name), says: wordsFor(schema) };
  });
}

/** The little of a JSON schema that a reader wants to know. */
function wordsFor(schema: z.core.JSONSchema._JSONSchema, description = ''): string {
  if (typeof schema === 'boolean') return description;
  const kind = schema.enum?.join(' | ') ?? schema.type ?? 'any';
  const longest = schema.maxLength === undefined ? '' : `at most ${schema.maxLength} characters`;
  return [kind, longest, schema.description ?? description]
    .filter((part) => part !== '')
    .join('; ');
}

function fields(heading: string, rows: readonly Field[]): Html {
  if (rows.length === 0) return html``;
  return html`<h3>${heading}</h3>
    <dl>
      ${rows.map(
        ({ name, required, says }) =>
          html`<dt><code>${name}</code>${required ? ' required' : ''}</dt>
            <dd>${says}</dd> `,
      )}
    </dl> `;
}

function answers(all: Readonly<Record<number, Answer>>): Html {
  return html`<h3>Answers</h3>
    <dl>
      ${Object.entries(all).map(
        ([status, { description }]) =>
          html`<dt><code>${status}</code></dt>
            <dd>${description}</dd> `,
      )}
    </dl> `;
}
