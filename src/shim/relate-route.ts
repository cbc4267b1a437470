import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type Incident, incidentRecordSchema } from '../domain/incident-record.ts';
import type { Principal } from '../domain/principal.ts';
import { sha256Hex } from '../evidence/digest.ts';
import type { IncidentRelations, Relating } from '../intake/relate-incidents.ts';
import { IDEMPOTENCY_KEY, idempotencyKey } from './idempotency-key.ts';
import { type Call, noQuery, route } from './route.ts';

/** What a person says of two incidents, answered with the one that it begins with. */
export function relateRoute<Body extends { reason: string }>(about: {
  path: string;
  summary: string;
  body: z.ZodType<Body>;
  answer: string;
  relate: (
    relations: IncidentRelations,
    by: Principal,
    body: Body,
    relating: Relating,
  ) => Promise<Incident>;
}) {
  return route({
    method: 'post',
    path: about.path,
    summary: about.summary,
    access: ['operator'],
    query: noQuery,
    body: about.body,
    headers: IDEMPOTENCY_KEY,
    answers: {
      200: { description: about.answer, schema: incidentRecordSchema },
      404: { description: 'There is no such incident, or it has no such alert' },
      409: { description: 'It is resolved, or a graver incident would go into a lesser one' },
      503: { description: 'The ledger does not answer: send the same call again' },
    },
    handle: async (call, { relations }) => {
      const relating = { reason: call.body.reason, key: keyOf(call, about.path) };
      return { body: await about.relate(relations, call.principal, call.body, relating) };
    },
  });
}

/** A key is the caller's own, and of this call alone: nobody's repeat stands for another's. */
function keyOf(
  { principal, header }: Pick<Call<unknown, unknown>, 'principal' | 'header'>,
  path: string,
): string {
  const key = idempotencyKey(header('idempotency-key'));
  return key === '' ? randomUUID() : sha256Hex(`${principal.name} ${path} ${key}`);
}
