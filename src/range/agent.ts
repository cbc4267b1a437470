import { heldThing, MAX_LISTED, type RangeCall, type RangeService } from './service.ts';
import type { RangeStore } from './store.ts';

const SCOPE = ['host', 'agent'] as const;

/** Runs agents' tasks. A frozen agent refuses them; `*` freezes every agent, or every host. */
export const agent: RangeService = {
  name: 'agent',
  scope: SCOPE,
  effects: { '/api/v1/freeze': 'hold', '/api/v1/unfreeze': 'free' },
  routes: {
    'GET /api/v1/status': ({ query }, store) => ({
      status: 200,
      body: { service: 'agent', ...(query.size > 0 ? one(query, store) : all(store)) },
    }),
    'POST /api/v1/tasks': ({ body }, store) => {
      const stopped = freezesOf(body).some((thing) => store.holds(thing));
      if (stopped) return { status: 409, body: { error: 'the agent is frozen' } };
      return { status: 202, body: { status: 'accepted' } };
    },
  },
  refusal: 401,
};

/** Whether exactly what is asked about was frozen: the freeze of a whole host is another. */
function one(query: URLSearchParams, store: RangeStore) {
  return { frozen: store.holds(heldThing(SCOPE, (name) => query.get(name) ?? undefined)) };
}

function all(store: RangeStore) {
  const frozen = store.held(MAX_LISTED);
  return { frozen: frozen.length > 0, frozen_agents: frozen };
}

/** Every freeze that would stop the task of this agent on this host. */
function freezesOf(body: RangeCall['body']): string[] {
  const field = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined);
  const given = { host: field('host'), agent: field('agent') };
  const choices = [
    given,
    { ...given, agent: undefined },
    { ...given, host: undefined },
    { host: undefined, agent: undefined },
  ];
  return choices.map((choice) => heldThing(SCOPE, (name) => choice[name as keyof typeof choice]));
}
