import { z } from 'zod';
import type { EffectOrder } from '../service.ts';
import type { RangeStore } from '../store.ts';
import { raise } from './alerts.ts';
import { extensionOf, saveExtension } from './extensions.ts';
import { note, type RuntimeState } from './runtime-state.ts';

/** Who asked for it, as the audit of the switches keeps it. */
export interface Why {
  reason: string;
  incident_id: string;
}

const whySchema = z.looseObject({
  reason: z.string().catch(''),
  incident_id: z.string().catch(''),
});

/** As the order says it; '' where it does not. */
export function whyOf({ body }: Pick<EffectOrder, 'body'>): Why {
  const { reason, incident_id } = whySchema.parse(body);
  return { reason, incident_id };
}

const KILL_ALL = 'kill_all';
/** In the audit: every extension, those included that are installed later. */
const EVERY_ONE = '*';

export function isKillAll(store: Pick<RangeStore, 'setting'>): boolean {
  return store.setting(KILL_ALL) === 'true';
}

export function setKillSwitch(
  state: RuntimeState,
  extension_id: string,
  active: boolean,
  why: Why,
): void {
  const extension = extensionOf(state.store, extension_id);
  if (extension.kill_switch === active) return;
  saveExtension(state.store, { ...extension, kill_switch: active });
  audit(state, extension_id, active, why);
  raise(state, {
    ...{ extension_id, category: 'quarantine', policy_source: 'kill_switch' },
    ...(active
      ? ({ severity: 'critical', action: 'terminate', reason_codes: ['kill_switch_set'] } as const)
      : ({ severity: 'info', action: 'allow', reason_codes: ['kill_switch_lifted'] } as const)),
    summary: `Kill-switch ${active ? 'set' : 'lifted'} for ${extension_id}`,
  });
}

export function setKillAll(state: RuntimeState, active: boolean, why: Why): void {
  if (isKillAll(state.store) === active) return;
  state.store.set(KILL_ALL, String(active));
  audit(state, EVERY_ONE, active, why);
}

function audit(state: RuntimeState, extension_id: string, active: boolean, why: Why): void {
  note(state, 'kill_switch_audit', { extension_id, active, lifted: !active, ...why });
}
