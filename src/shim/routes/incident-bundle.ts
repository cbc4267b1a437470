import { z } from 'zod';
import type { BundleScope } from '../../domain/bundle-scope.ts';
import { incidentBundleSchema } from '../../domain/incident-bundle.ts';
import { nameSchema, severitySchema } from '../../domain/primitives.ts';
import { PROFILES } from '../../domain/redaction.ts';
import { subjectSchema } from '../../domain/report.ts';
import { bundleReply } from '../bundle-reply.ts';
import { parse } from '../parse.ts';
import { REASON, reasonIn } from '../reason.ts';
import { noBody, route } from '../route.ts';
import { toucherOf } from '../toucher.ts';

const FORENSIC = ['forensic'] as const;

/** A parameter that may be given once or again and again. */
const repeatable = <T extends z.ZodType>(item: T) => z.union([item, z.array(item)]).optional();

const instant = z.iso.datetime({ offset: true }).optional();

const querySchema = z.strictObject({
  from: instant.describe('Entries from this instant on'),
  to: instant.describe('Entries up to this instant, itself included'),
  subject: repeatable(z.string().regex(/^[a-z]+=/, 'is not field=value')).describe(
    'field=value: the incident’s own subject; may be repeated',
  ),
  category: repeatable(nameSchema).describe('Of this class; may be repeated'),
  min_severity: severitySchema.optional(),
  redact: z.enum(PROFILES).default('none').describe('full: to be given to anybody outside'),
});
type Query = z.infer<typeof querySchema>;

export const incidentBundle = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/bundle',
  summary: 'The signed bundle of one incident, as far as a scope goes, and redacted on demand',
  access: FORENSIC,
  query: querySchema,
  body: noBody,
  answers: {
    200: {
      description: 'One line of canonical JSON; keep every byte',
      schema: incidentBundleSchema,
    },
    404: { description: 'There is no such incident' },
    413: { description: 'Too much for one bundle' },
    422: { description: 'What had to be taken out of it was still in it' },
  },
  headers: REASON,
  handle: async (call, deps) => {
    const { params, query } = call;
    const incidentId = params['id'] ?? '';
    const { redact } = query;
    const request = { incidentId, scope: scopeOf(query), redact };
    const toucher = toucherOf(call, FORENSIC, reasonIn(call), deps);
    return bundleReply(await deps.exporter.exportIncident(toucher, request), incidentId);
  },
});

function scopeOf({ from, to, subject, category, min_severity }: Query): BundleScope {
  const pairs = [subject ?? []].flat().map((pair) => {
    const split = pair.indexOf('=');
    return [pair.slice(0, split), pair.slice(split + 1)] as const;
  });
  return {
    ...(from !== undefined && { from: inUtc(from) }),
    ...(to !== undefined && { to: inUtc(to) }),
    subject: parse(subjectSchema, Object.fromEntries(pairs), 'invalid_query'),
    categories: [category ?? []].flat(),
    ...(min_severity !== undefined && { min_severity }),
  };
}

function inUtc(text: string): string {
  return new Date(text).toISOString();
}
