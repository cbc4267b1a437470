import { heldThing, MAX_LISTED, type RangeService } from './service.ts';
import type { RangeStore } from './store.ts';

const SCOPE = ['model'] as const;
const EVERY_MODEL = '*';

/** Serves models. A quarantined one is not served; `*` quarantines them all. */
export const registry: RangeService = {
  name: 'registry',
  scope: SCOPE,
  effects: { '/api/v1/quarantine': 'hold', '/api/v1/unquarantine': 'free' },
  routes: {
    // Asked about one model, it lists that one or nothing; else the first of all.
    'GET /api/v1/status': ({ query }, store) => {
      const model = query.get('model');
      const quarantined = model === null ? listed(store) : holds(store, model) ? [model] : [];
      return { status: 200, body: { service: 'registry', quarantined } };
    },
    'GET /api/v1/models/serve': ({ query }, store) => {
      const model = query.get('model') ?? '';
      return holds(store, model) || holds(store, EVERY_MODEL)
        ? { status: 403, body: { error: `${model} is in quarantine` } }
        : { status: 200, body: { model, status: 'served' } };
    },
  },
  refusal: 401,
};

function holds(store: RangeStore, model: string): boolean {
  return store.holds(heldThing(SCOPE, () => model));
}

function listed(store: RangeStore): string[] {
  return store.held(MAX_LISTED).map(decodeURIComponent);
}
