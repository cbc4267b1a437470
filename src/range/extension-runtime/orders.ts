import { z } from 'zod';
import { riskEntrySchema, type RiskEntry } from '../../domain/risk-ledger.ts';
import { riskEntryHash } from '../../evidence/risk-ledger/risk-entry-hash.ts';
import { malformed, type RangeAnswer, type RangeHandler } from '../service.ts';
import type { RangeStore } from '../store.ts';
import { raise } from './alerts.ts';
import {
  everyExtension,
  extensionOf,
  MOST_INSTALLED,
  quotaSchema,
  saveExtension,
  trusted,
  trustStateSchema,
} from './extensions.ts';
import { ledgerKind } from './risk-ledger.ts';
import { inPhase, rollbackTrigger, rollout, windowStatsSchema } from './rollout.ts';
import type { RuntimeState } from './runtime-state.ts';
import { policy, revisionSchema } from './settings.ts';

const extension_id = z.string().min(1).max(256);

const installOrder = z.strictObject({
  extension_id,
  trust_state: trustStateSchema.default('probation'),
  quota: quotaSchema.optional(),
});
const trustOrder = z.strictObject({ extension_id, trust_state: trustStateSchema });
const escapeOrder = z.strictObject({ extension_id });
/**
 * `corrupt`: one member of an entry is not what was written. `modify`: the same, and the entry's hash is made to fit.
 * `remove`, `duplicate`: it is not there any more, or twice.
 */
const ledgerOrder = z.strictObject({
  how: z.enum(['corrupt', 'modify', 'remove', 'duplicate']),
  index: z.int().nonnegative(),
});

/** What can be made to happen to the runtime, over its socket alone: what its extensions and its enemies would do. */
export function orderRoutes(now: () => number): Record<string, RangeHandler> {
  const obey = <T extends Record<string, unknown>>(
    schema: z.ZodType<T>,
    act: (order: T, state: RuntimeState) => string | undefined,
  ): RangeHandler => {
    return ({ body }, store): RangeAnswer => {
      const parsed = schema.safeParse(body);
      if (!parsed.success) return malformed(parsed.error);
      const refusal = store.together(() => act(parsed.data, { store, now }));
      if (refusal !== undefined) return { status: 409, body: { error: refusal } };
      return { status: 200, body: { ...parsed.data } };
    };
  };
  return {
    'POST /range/install': obey(installOrder, install),
    'POST /range/trust': obey(trustOrder, (order, state) => {
      const extension = extensionOf(state.store, order.extension_id);
      saveExtension(state.store, trusted(state, extension, order.trust_state, 'ordered'));
      return undefined;
    }),
    'POST /range/escape': obey(escapeOrder, escape),
    'POST /range/ledger': obey(ledgerOrder, meddle),
    'POST /range/policy': obey(revisionSchema, (order, { store }) => {
      policy.write(store, order);
      return undefined;
    }),
    'POST /range/window-stats': obey(windowStatsSchema, observe),
  };
}

function install(order: z.infer<typeof installOrder>, state: RuntimeState): string | undefined {
  const extension = extensionOf(state.store, order.extension_id);
  const installed = everyExtension(state.store).filter((one) => one.installed).length;
  if (!extension.installed && installed >= MOST_INSTALLED) return 'too many are installed';
  const own = order.quota && { quota: order.quota, quota_config_source: 'per_extension' as const };
  // What was decided about it before it came stays decided.
  const isFree = extension.trust_state !== 'quarantined';
  const known = isFree ? trusted(state, extension, order.trust_state, 'installed') : extension;
  saveExtension(state.store, { ...known, installed: true, ...own });
  return undefined;
}

function escape(order: z.infer<typeof escapeOrder>, { store }: RuntimeState): string | undefined {
  const extension = extensionOf(store, order.extension_id);
  if (extension.trust_state !== 'quarantined') return 'it is not in quarantine';
  saveExtension(store, { ...extension, escaped: true, enforcement_state: 'allow' });
  return undefined;
}

function meddle(
  { how, index }: z.infer<typeof ledgerOrder>,
  { store }: RuntimeState,
): string | undefined {
  const entries = store.records
    .list(ledgerKind(store))
    .map((entry) => riskEntrySchema.parse(entry));
  const entry = entries[index];
  if (entry === undefined) return 'there is no such entry';
  const altered = { ...entry, risk_score: entry.risk_score === 0 ? 0.01 : 0 };
  const made: Record<typeof how, RiskEntry[]> = {
    corrupt: [altered],
    modify: [{ ...altered, ledger_hash: riskEntryHash(altered) }],
    remove: [],
    duplicate: [entry, entry],
  };
  rewrite(store, entries.toSpliced(index, 1, ...made[how]));
  return undefined;
}

function rewrite(store: RangeStore, entries: RiskEntry[]): void {
  const kind = ledgerKind(store);
  store.records.clear(kind);
  entries.forEach((entry, index) => store.records.put(kind, String(index), entry));
}

/** What the controller's decisions of late were worth: where they were worth too little, it goes back to watching. */
function observe(stats: z.infer<typeof windowStatsSchema>, state: RuntimeState): undefined {
  const before = { ...rollout.read(state.store), window_stats: stats };
  const trigger = rollbackTrigger(stats);
  rollout.write(state.store, trigger === undefined ? before : inPhase(before, 'shadow'));
  if (trigger === undefined || before.phase === 'shadow') return;
  raise(state, {
    ...{ extension_id: '*', category: 'rollback', severity: 'error', action: 'allow' },
    reason_codes: [trigger],
    summary: `Rollout rolled back from ${before.phase}: ${trigger}`,
    policy_source: 'rollout',
  });
}
