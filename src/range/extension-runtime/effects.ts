import type { EffectOrder, RangeAnswer, RangeEffect } from '../service.ts';
import { extensionOf, saveExtension, trusted } from './extensions.ts';
import { setKillAll, setKillSwitch, type Why, whyOf } from './kill-switch.ts';
import { inPhase, phaseSchema, rollout } from './rollout.ts';
import type { RuntimeState } from './runtime-state.ts';
import { PINNED_REVISIONS, policy, RISK_CONTROLLER_DEFAULTS, riskController } from './settings.ts';

const DONE: RangeAnswer = { status: 200, body: { status: 'done' } };

const refused = (error: string): RangeAnswer => ({ status: 422, body: { error } });

/** What the runtime can be told to do, by POST path. Each happens once for each Idempotency-Key. */
export function effectsOf(now: () => number): Record<string, RangeEffect> {
  const each = (act: (state: RuntimeState, order: EffectOrder) => RangeAnswer): RangeEffect => {
    return (order, store) => act({ store, now }, order);
  };
  const toOne = (act: (state: RuntimeState, id: string, why: Why) => void) =>
    each((state, order) => {
      // None named is none: stopping them all is an order of its own.
      const id = order.subject['extension'] ?? '';
      if (id === '' || id === '*') return refused('the subject names no extension');
      act(state, id, whyOf(order));
      return DONE;
    });
  return {
    '/api/v1/kill-switch': toOne((state, id, why) => setKillSwitch(state, id, true, why)),
    '/api/v1/kill-switch/lift': toOne((state, id, why) => setKillSwitch(state, id, false, why)),
    '/api/v1/quarantine': toOne(quarantine),
    '/api/v1/unquarantine': toOne(unquarantine),
    '/api/v1/kill-all': each((state, order) => {
      setKillAll(state, true, whyOf(order));
      return DONE;
    }),
    '/api/v1/policy/rollback': each(({ store }, { body }) => {
      const to = PINNED_REVISIONS.find(({ revision }) => revision === body['revision']);
      if (to === undefined) return refused('no such revision is pinned');
      policy.write(store, to);
      return DONE;
    }),
    '/api/v1/risk-controller/reset': each(({ store }) => {
      riskController.write(store, RISK_CONTROLLER_DEFAULTS);
      return DONE;
    }),
    '/api/v1/rollout/phase': each(({ store }, { body }) => {
      const phase = phaseSchema.safeParse(body['phase']);
      if (!phase.success) return refused('no such phase');
      rollout.write(store, inPhase(rollout.read(store), phase.data));
      return DONE;
    }),
  };
}

function quarantine(state: RuntimeState, id: string, { reason }: Why): void {
  saveExtension(state.store, trusted(state, extensionOf(state.store, id), 'quarantined', reason));
}

/** Trust is not given back with it: the extension has to earn it again, and is watched meanwhile. */
function unquarantine(state: RuntimeState, id: string, { reason }: Why): void {
  const extension = extensionOf(state.store, id);
  if (extension.trust_state !== 'quarantined') return;
  const watched = { enforcement_state: 'harden', consecutive_unsafe: 0, calm_calls: 0 } as const;
  const freed = trusted(state, { ...extension, ...watched }, 'probation', reason);
  saveExtension(state.store, freed);
}
