import { z } from 'zod';
import { bundleSchema } from '../domain/bundle.ts';
import { incidentBundleSchema } from '../domain/incident-bundle.ts';
import { incidentRecordSchema } from '../domain/incident-record.ts';
import { ledgerEntrySchema } from '../domain/ledger-entry.ts';
import { reportSchema } from '../domain/report.ts';
import { noBody, rawBody, type Access, type Answer, type Route } from './route.ts';
import { problemSchema } from './schemas.ts';

export type Json = { [key: string]: unknown };

/** Schemas with a name of their own in the document; those of a single route are named after it. */
const NAMED = {
  Problem: problemSchema,
  Report: reportSchema,
  Incident: incidentRecordSchema,
  LedgerEntry: ledgerEntrySchema,
  Bundle: bundleSchema,
  IncidentBundle: incidentBundleSchema,
} as const;

/** The OpenAPI 3.1 document of the routes: everything in it is taken from what they run on. */
export function openApiDocument(routes: readonly Route[]): Json {
  const names = namesOf(routes);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cordon',
      version: '1',
      description: 'Durable incident response for hosts that run AI agents',
    },
    paths: pathsOf(routes, names),
    components: {
      schemas: schemasOf(names),
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description: 'Of Standard Webhooks; or that of Grafana, with its time in a header',
  },
  certificate: { type: 'mutualTLS' },
} as const;

type Names = ReadonlyMap<z.ZodType, string>;

function namesOf(routes: readonly Route[]): Names {
  const names = new Map<z.ZodType, string>();
  for (const [name, schema] of Object.entries(NAMED)) names.set(schema, name);
  for (const route of routes) {
    const id = operationId(route);
    if (hasSchema(route) && !names.has(route.body)) names.set(route.body, `${id}Request`);
    for (const { schema } of Object.values(route.answers)) {
      if (schema !== undefined && !names.has(schema)) names.set(schema, `${id}Answer`);
    }
  }
  return names;
}

/** Whether its body is JSON of a known shape. */
export function hasSchema({ body }: Pick<Route, 'body'>): boolean {
  return body !== noBody && body !== rawBody;
}

/** `postIncidentsReport`, `getIncidentsIdTimeline`. */
function operationId({ method, path }: Route): string {
  const words = path.replace('/api/v1', '').match(/\w+/g) ?? [];
  return method + words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}

function schemasOf(names: Names): Json {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: referenceTo });
  const { __shared: _, ...own } = schemas;
  return Object.fromEntries(Object.entries(own).map(([name, schema]) => [name, plain(schema)]));
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`;
}

/** Inside a document a schema has no identity of its own; and what is shared is "any JSON", which is no limit. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  if ('$ref' in schema && String(schema.$ref).includes('__shared')) return {};
  const kept = Object.entries(schema).filter(([key]) => key !== '$id' && key !== '$schema');
  return Object.fromEntries(kept.map(([key, value]) => [key, plain(value)]));
}

function pathsOf(routes: readonly Route[], names: Names): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, names) };
  }
  return paths;
}

function operationOf(route: Route, names: Names): Json {
  const failures = { description: 'Any other failure', content: contentOf(problem, names) };
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: whoMay(route.access),
    ...(route.access === 'open' ? {} : { security: securityOf(route.access) }),
    parameters: parametersOf(route),
    ...(route.body === noBody
      ? {}
      : { requestBody: { required: true, content: bodyOf(route, names) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [
          status,
          {
            description: answer.description,
            content: contentOf(isFailure(status, answer) ? problem : answer, names),
          },
        ]),
      ),
      default: failures,
    },
  };
}

/** Documents whose shape is for others to say. */
const ANY_DOCUMENT = { 'application/json': {}, 'application/x-ndjson': {}, 'text/plain': {} };

function bodyOf(route: Route, names: Names): Json {
  return hasSchema(route) ? contentOf({ schema: route.body }, names) : ANY_DOCUMENT;
}

const problem = { schema: problemSchema };

function isFailure(status: string, { schema }: Answer): boolean {
  return Number(status) >= 400 && schema === undefined;
}

function contentOf({ schema, mediaType }: Omit<Answer, 'description'>, names: Names): Json {
  const name = schema === undefined ? undefined : names.get(schema);
  const media = name === undefined ? {} : { schema: { $ref: referenceTo(name) } };
  return { [mediaType ?? 'application/json']: media };
}

/** One sentence on who may call. */
export function whoMay(access: Access): string {
  if (access === 'open') return 'Open to anyone.';
  if (access === 'read') return 'For the role read; open to anyone where reads are open.';
  if (access === 'detector') return 'For the role report, with any credential of a detector.';
  return `For the role ${access.join(' or ')}.`;
}

function securityOf(access: Access): Json[] {
  if (access === 'read') return [{ bearer: [] }, {}];
  if (access !== 'detector') return [{ bearer: [] }];
  return Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [] }));
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: z.core.JSONSchema._JSONSchema;
}

/** Path, query and header parameters of a route. */
export function parametersOf({ path, query, headers = {} }: Route): Parameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      return { name, in: 'path', required: true, schema: { type: 'string' } } as const;
    }),
    ...Object.entries(properties).map(([name, schema]) => {
      return { name, in: 'query', required: required.includes(name), schema } as const;
    }),
    ...Object.entries(headers).map(([name, description]) => {
      return {
        name,
        in: 'header',
        required: false,
        description,
        schema: { type: 'string' },
      } as const;
    }),
  ];
}
