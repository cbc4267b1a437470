import { z } from 'zod';
import { keptEvidenceSchema } from '../domain/kept-evidence.ts';
import type { Toucher } from '../domain/custody.ts';
import type { Keeping } from '../domain/keeping.ts';
import { sha256Hex } from '../evidence/digest.ts';
import type { ShimDeps } from './deps.ts';
import { IDEMPOTENCY_KEY, idempotencyKey } from './idempotency-key.ts';
import { keptEvidence } from './kept-evidence.ts';
import { knownIncident } from './known-incident.ts';
import { type Call, noQuery, route } from './route.ts';
import { noteSchema } from './schemas.ts';
import { toucherOf } from './toucher.ts';

const OPERATOR = ['operator'] as const;

export const reasonSchema = noteSchema.trim().min(1).describe('Why, for the custody record');

/**
 * A decision of a person about how long all evidence of an incident is kept: on record first, then in the store, and
 * answered with what is kept from then on. A repeat brings the store to it again.
 */
export function retentionRoute<Body extends { reason: string }>(about: {
  path: string;
  summary: string;
  body: z.ZodType<Body>;
  decide: (keeping: Keeping, id: string, body: Body, toucher: Toucher) => Promise<void>;
}) {
  return route({
    method: 'post',
    path: about.path,
    summary: about.summary,
    access: OPERATOR,
    query: noQuery,
    body: about.body,
    headers: IDEMPOTENCY_KEY,
    answers: {
      200: { description: 'Decided: what is kept, and how', schema: z.array(keptEvidenceSchema) },
      404: { description: 'There is no such incident' },
      409: { description: 'Nothing would be kept longer: no time can be cut short' },
      503: { description: 'The ledger or the store does not answer: send the same call again' },
    },
    handle: async (call, deps) => {
      const { id } = await knownIncident(deps.ledger.register, call.params['id'] ?? '');
      const toucher = {
        ...toucherOf(call, OPERATOR, call.body.reason, deps),
        ...keyOf(call, about),
      };
      await about.decide(deps.ledger.keeping, id, call.body, toucher);
      await bringStoreToIt(id, deps);
      return { body: await keptEvidence(id, deps) };
    },
  });
}

/** A key is the caller's own, and of this decision alone: nobody's repeat stands for another's. */
function keyOf(
  { principal, header }: Pick<Call<unknown, unknown>, 'principal' | 'header'>,
  { path }: { path: string },
): { key?: string } {
  const key = idempotencyKey(header('idempotency-key'));
  return key === '' ? {} : { key: `custody/${sha256Hex(`${principal.name} ${path} ${key}`)}` };
}

async function bringStoreToIt(
  incidentId: string,
  { ledger, store }: Pick<ShimDeps, 'ledger' | 'store'>,
): Promise<void> {
  for (const { sha256, state, until_ms, held } of await ledger.keeping.of(incidentId)) {
    if (state === 'removed') continue;
    if (until_ms !== null) await store.keepUntil(sha256, until_ms);
    await store.setLegalHold(sha256, held);
  }
}
