import type { RangeHandler, RangeService } from '../service.ts';
import { artifactRoutes } from './artifacts.ts';
import { effectsOf } from './effects.ts';
import { setKillAll, whyOf } from './kill-switch.ts';
import { orderRoutes } from './orders.ts';
import { renewLedger } from './risk-ledger.ts';
import { advanced, rollout } from './rollout.ts';
import { extensionStatus, ledgerVerification, wholeStatus } from './status.ts';
import { takeCall } from './take-call.ts';

/**
 * Runs extensions, and decides about each of their calls: by kill switch, trust, quota, policy, and what its risk
 * controller makes of them. Every decision is in a hash-chained ledger.
 */
export function createExtensionRuntime(now: () => number): RangeService {
  return {
    name: 'extensions',
    scope: ['extension'],
    effects: effectsOf(now),
    routes: {
      'GET /api/v1/status': (_call, store) => wholeStatus({ store, now }),
      'GET /api/v1/extensions/status': (call, store) => extensionStatus({ store, now }, call),
      'GET /api/v1/ledger/verification': (_call, store) => ledgerVerification({ store, now }),
      'POST /api/v1/calls': (call, store) => takeCall({ store, now }, call),
      ...artifactRoutes(now),
      ...peoplesRoutes(now),
      ...orderRoutes(now),
    },
    refusal: 401,
  };
}

/** What only people do: no action is ever pointed at these. */
function peoplesRoutes(now: () => number): Record<string, RangeHandler> {
  return {
    'POST /api/v1/kill-all/lift': ({ body }, store) => {
      setKillAll({ store, now }, false, whyOf({ body }));
      return { status: 200, body: { status: 'done' } };
    },
    'POST /api/v1/rollout/advance': (_call, store) => {
      const next = advanced(rollout.read(store));
      rollout.write(store, next);
      return { status: 200, body: next };
    },
    'POST /api/v1/ledger/renew': (_call, store) => {
      renewLedger(store);
      return { status: 200, body: { status: 'done' } };
    },
  };
}
