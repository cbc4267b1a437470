import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRoutes } from '../../src/shim/routes.ts';
import { boot, read, type Booted } from './boot.ts';

let shim: Booted;
let text: string;
beforeAll(async () => {
  shim = await boot();
  text = await (await shim.ask('/openapi.json')).text();
});
afterAll(() => shim.stop());

/** As much of OpenAPI 3.1 (§4.8) as a document of ours must have. */
const schemaRef = z.strictObject({ $ref: z.string().startsWith('#/components/schemas/') });
const content = z.record(z.string(), z.strictObject({ schema: schemaRef.optional() }));
const operation = z.strictObject({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  description: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
    }),
  ),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z.record(z.string(), z.strictObject({ description: z.string().min(1), content })),
});
const document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string().startsWith('/'), z.partialRecord(z.enum(['get', 'post']), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

describe('the OpenAPI document', () => {
  it('is valid and has every route', () => {
    const { paths } = document.parse(JSON.parse(text));
    for (const { method, path } of createRoutes()) expect(paths[path]?.[method]).toBeDefined();
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(createRoutes().length);
  });

  it('refers to nothing that is not in it', () => {
    const { components } = document.parse(JSON.parse(text));
    const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => ref);
    expect(refs.length).toBeGreaterThan(0);
    for (const ref of refs) {
      expect(Object.keys(components.schemas)).toContain(ref.replace('#/components/schemas/', ''));
    }
    expect(text).not.toContain('"$id"');
  });

  it('describes the report as the schema that refuses it', () => {
    const { components } = document.parse(JSON.parse(text));
    expect(components.schemas['Report']).toMatchObject({
      required: ['class', 'description'],
      additionalProperties: false,
    });
  });
});

describe('the routes', () => {
  it('answer as they declare', async () => {
    const { id } = await shim.report({ class: 'tool_call_burst', description: 'many' });
    for (const route of createRoutes().filter(
      ({ method, access }) => method === 'get' && typeof access === 'string',
    )) {
      const schema = route.answers[200]?.schema;
      if (schema === undefined) continue;
      const query = route.path.endsWith('/get') ? `?id=${id}` : '';
      const response = await shim.ask(route.path.replace('{id}', id) + query);
      expect([route.path, schema.safeParse(await read(response)).error]).toEqual([
        route.path,
        undefined,
      ]);
    }
  });
});

describe('the page', () => {
  it('shows every route, without a script and without anything fetched', async () => {
    const response = await shim.ask('/docs');
    const html = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/style-src 'sha256-/);
    expect(html).not.toMatch(/<script|src=|https?:|@import|url\(/);
    expect(html).toContain('name="viewport"');
    for (const { path } of createRoutes()) expect(html).toContain(`<code>${path}</code>`);
  });
});
