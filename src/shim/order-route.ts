import type { z } from 'zod';
import { checklistOf } from '../domain/checklist-of.ts';
import { checklistSchema } from '../domain/checklist.ts';
import { incidentRecordSchema, type Incident } from '../domain/incident-record.ts';
import type { Order, PersonCommand } from '../domain/messages.ts';
import type { Role } from '../domain/principal.ts';
import type { ShimDeps } from './deps.ts';
import { COMMAND_REFUSALS } from './give-command.ts';
import { giveOrder } from './give-order.ts';
import { IDEMPOTENCY_KEY } from './idempotency-key.ts';
import { knownIncident } from './known-incident.ts';
import { type Answer, type Call, noQuery, route } from './route.ts';
import { SECOND_PERSON, WAITING } from './second-person.ts';

const SHOWN = {
  checklist: checklistSchema,
  incident: incidentRecordSchema,
} as const;

/** What a person orders by an incident's playbook, answered with what there is to be seen of it then. */
export function orderRoute<Body>(about: {
  path: string;
  summary: string;
  access: readonly Role[];
  body: z.ZodType<Body>;
  mostBytes?: number;
  shows: keyof typeof SHOWN;
  /** The ways in which it may end beside those of any command. */
  refusals?: Readonly<Record<number, Answer>>;
  /** Refuses what this caller may not order. */
  order: (call: Call<unknown, Body>, incident: Incident, deps: ShimDeps) => Promise<Order>;
}) {
  return route({
    method: 'post',
    path: about.path,
    summary: about.summary,
    access: about.access,
    query: noQuery,
    body: about.body,
    ...(about.mostBytes !== undefined && { mostBytes: about.mostBytes }),
    headers: IDEMPOTENCY_KEY,
    answers: {
      200: { description: `Done: the ${about.shows} as it is now`, schema: SHOWN[about.shows] },
      202: SECOND_PERSON,
      ...COMMAND_REFUSALS,
      ...about.refusals,
    },
    handle: async (call, deps) => {
      const { register } = deps.ledger;
      const incident = await knownIncident(register, call.params['id'] ?? '');
      const order = await about.order(call, incident, deps);
      const { status } = await giveOrder(call, incident, order, deps);
      if (status === WAITING) return { status: 202, body: { status } };
      const changed = await knownIncident(register, incident.id);
      return { body: about.shows === 'incident' ? changed : checklistOf(changed, deps.now()) };
    },
  });
}

/** Who orders it. */
export function orderedBy({ principal }: Call<unknown, unknown>, note: string): PersonCommand {
  return { by: principal.name, claim: '', note };
}
