import type { RangeService } from './service.ts';

const WHOLE = '';

/** Lets requests out. Disabled, it refuses every one. */
export const airlock: RangeService = {
  name: 'airlock',
  scope: [],
  effects: { '/api/v1/disable': 'hold', '/api/v1/enable': 'free' },
  routes: {
    'GET /api/v1/status': (_call, store) => ({
      status: 200,
      body: { service: 'airlock', disabled: store.holds(WHOLE) },
    }),
    'POST /api/v1/egress': (_call, store) =>
      store.holds(WHOLE)
        ? { status: 403, body: { error: 'the airlock is disabled' } }
        : { status: 200, body: { status: 'sent' } },
  },
  refusal: 401,
};
