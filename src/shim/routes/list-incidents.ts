import { z } from 'zod';
import { incidentRecordSchema, stateSchema } from '../../domain/incident-record.ts';
import { nameSchema, severitySchema } from '../../domain/primitives.ts';
import type { ShimDeps } from '../deps.ts';
import { refuse } from '../refuse.ts';
import { noBody, route } from '../route.ts';

const DEFAULT_LIMIT = 100;
/** A page of records with the largest evidence is still some tens of megabytes at this. */
const HIGHEST_LIMIT = 500;

const querySchema = z.strictObject({
  class: nameSchema.optional(),
  state: stateSchema.optional(),
  severity: severitySchema.optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'is not a number')
    .transform(Number)
    .pipe(z.int().max(HIGHEST_LIMIT))
    .default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(512).optional().describe('From the Link header of the page before'),
});
type Query = z.infer<typeof querySchema>;

export const listIncidents = route({
  method: 'get',
  path: '/api/v1/incidents',
  summary: 'List incidents, most severe first, then newest; the next page is in the Link header',
  access: 'read',
  query: querySchema,
  body: noBody,
  answers: { 200: { description: 'One page', schema: z.array(incidentRecordSchema) } },
  handle: async ({ query }, deps) => {
    await refuseUnknownClass(query.class, deps);
    const { incidents, next } = await deps.ledger.register.incidents(query);
    return { body: incidents, headers: next === '' ? {} : { Link: linkTo(query, next) } };
  },
});

/** A misspelt class would look like peace and quiet. One that the policy has dropped is still in the register. */
async function refuseUnknownClass(
  name: string | undefined,
  { policy, ledger }: Pick<ShimDeps, 'policy' | 'ledger'>,
): Promise<void> {
  if (name === undefined || Object.hasOwn(policy.current().containment.rules, name)) return;
  const { by_class } = await ledger.register.stats();
  if (!Object.hasOwn(by_class, name))
    refuse('unknown_class', `No incident can have the class ${name}`);
}

/** RFC 8288. */
function linkTo(query: Query, next: string): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, cursor: next })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return `</api/v1/incidents?${parameters.toString()}>; rel="next"`;
}
