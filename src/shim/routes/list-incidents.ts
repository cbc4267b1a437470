import { z } from 'zod';
import { incidentRecordSchema, stateSchema } from '../../domain/incident-record.ts';
import { nameSchema, severitySchema } from '../../domain/primitives.ts';
import type { ShimDeps } from '../deps.ts';
import { linkToNext } from '../link.ts';
import { pageFields } from '../page.ts';
import { refuse } from '../refuse.ts';
import { noBody, route } from '../route.ts';

const querySchema = z.strictObject({
  class: nameSchema.optional(),
  state: stateSchema.optional(),
  severity: severitySchema.optional(),
  ...pageFields,
});

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
    return { body: incidents, headers: linkToNext('/api/v1/incidents', query, next) };
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
