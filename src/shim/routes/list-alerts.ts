import { z } from 'zod';
import { alertFormatSchema } from '../../domain/alert.ts';
import { LISTED_OUTCOMES } from '../../domain/alert-log.ts';
import { incidentIdSchema, instantSchema, sha256Schema } from '../../domain/primitives.ts';
import { linkToNext } from '../link.ts';
import { pageFields } from '../page.ts';
import { noBody, route } from '../route.ts';

const querySchema = z.strictObject({
  source: z.string().min(1).max(128).optional(),
  outcome: z.enum(LISTED_OUTCOMES).optional(),
  incident: incidentIdSchema.optional(),
  ...pageFields,
});

const listedSchema = z.strictObject({
  identity: sha256Schema,
  source: z.string(),
  reported_by: z.string(),
  format: z.union([z.literal(''), alertFormatSchema]),
  title: z.string(),
  rule: z.string(),
  outcome: z.enum(LISTED_OUTCOMES),
  reason: z.string(),
  incident_id: z.union([z.literal(''), incidentIdSchema]),
  delivery: sha256Schema,
  index: z.int().nonnegative(),
  occurred_at: instantSchema,
  received_at: instantSchema,
});

export const listAlerts = route({
  method: 'get',
  path: '/api/v1/alerts',
  summary: 'List what detectors sent and what became of it, newest first; repeats are not listed',
  access: 'read',
  query: querySchema,
  body: noBody,
  answers: { 200: { description: 'One page', schema: z.array(listedSchema) } },
  handle: async ({ query }, deps) => {
    const { incident: incident_id, ...filter } = query;
    const { alerts, next } = await deps.ledger.alerts.list({ ...filter, incident_id });
    return { body: alerts, headers: linkToNext('/api/v1/alerts', query, next) };
  },
});
