import { z } from 'zod';
import { follow } from '../follow.ts';
import { refuse, unavailable } from '../refuse.ts';
import { noBody, route, type Route } from '../route.ts';

/** Each holds a connection and, when it is behind, reads of its own. */
const MOST_FOLLOWERS = 100;

const SEQ = /^(?:0|[1-9]\d{0,14})$/;

const querySchema = z.strictObject({
  after: z
    .string()
    .regex(SEQ, 'is not the sequence of a ledger entry')
    .optional()
    .describe('Begin behind this sequence; 0 is the beginning. Without it: what comes from now on'),
});

export function events(): Route {
  let followers = 0;
  return route({
    method: 'get',
    path: '/api/v1/events',
    summary: 'Every entry of the ledger as it comes, as server-sent events',
    access: 'read',
    query: querySchema,
    body: noBody,
    headers: { 'Last-Event-ID': 'Go on behind this event; stands above `after`' },
    answers: {
      200: {
        description: 'id: sequence, event: type, data: entry',
        mediaType: 'text/event-stream',
      },
      503: { description: 'Too many follow already' },
    },
    handle: async ({ query, header, principal }, { tail }) => {
      const from = startOf(header('last-event-id') ?? query.after);
      if (followers >= MOST_FOLLOWERS) {
        unavailable('too_many_followers', `${MOST_FOLLOWERS} callers follow the events already`);
      }
      followers += 1;
      return async (response) => {
        try {
          if (response.req.method === 'HEAD') response.type('text/event-stream').end();
          else {
            const seq = from ?? (await tail.head());
            await follow(tail, seq, response, undefined, principal.name);
          }
        } finally {
          followers -= 1;
        }
      };
    },
  });
}

/** A browser that has seen no event sends no id; anything else than a sequence is a mistake. */
function startOf(after: string | undefined): number | null {
  if (after === undefined || after === '') return null;
  if (!SEQ.test(after))
    refuse('invalid_query', 'Last-Event-ID is not the sequence of a ledger entry');
  return Number.parseInt(after, 10);
}
