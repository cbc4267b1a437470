import { z } from 'zod';
import { RISK_ACTIONS } from '../../domain/risk-ledger.ts';
import type { RangeStore } from '../store.ts';
import { note, type RuntimeState } from './runtime-state.ts';

export const trustStateSchema = z.enum(['unknown', 'probation', 'trusted', 'quarantined']);
export type ExtensionTrust = z.infer<typeof trustStateSchema>;

/** The status document names them all, and has to stay small enough to be captured. */
export const MOST_INSTALLED = 64;

const DEFAULT_QUOTA = { max_memory_mb: 256, max_hostcalls_per_minute: 600 };

export const quotaSchema = z.strictObject({
  max_memory_mb: z.int().positive(),
  max_hostcalls_per_minute: z.int().positive(),
});

const extensionSchema = z.strictObject({
  extension_id: z.string(),
  installed: z.boolean(),
  trust_state: trustStateSchema,
  /** It runs on although it is in quarantine: what quarantine is not supposed to let happen. */
  escaped: z.boolean(),
  kill_switch: z.boolean(),
  enforcement_state: z.enum(RISK_ACTIONS),
  consecutive_unsafe: z.int().nonnegative(),
  /** Safe calls since the last that was not: enough of them and it is watched less closely. */
  calm_calls: z.int().nonnegative(),
  quota: quotaSchema,
  quota_config_source: z.enum(['default', 'per_extension']),
  minute: z.strictObject({ from_ms: z.int(), calls: z.int().nonnegative() }),
});
export type Extension = z.infer<typeof extensionSchema>;

const KIND = 'extension';

/** The extension, or the stranger that nobody has installed: known is then only what was decided about it. */
export function extensionOf({ records }: Pick<RangeStore, 'records'>, id: string): Extension {
  const found = records.get(KIND, id);
  return found === undefined ? stranger(id) : extensionSchema.parse(found);
}

export function saveExtension({ records }: RangeStore, extension: Extension): void {
  records.put(KIND, extension.extension_id, extension);
}

export function everyExtension({ records }: RangeStore): Extension[] {
  return records.list(KIND).map((found) => extensionSchema.parse(found));
}

function stranger(id: string): Extension {
  return {
    extension_id: id,
    installed: false,
    trust_state: 'unknown',
    escaped: false,
    kill_switch: false,
    enforcement_state: 'allow',
    consecutive_unsafe: 0,
    calm_calls: 0,
    quota: DEFAULT_QUOTA,
    quota_config_source: 'default',
    minute: { from_ms: 0, calls: 0 },
  };
}

/** Moves it to another state of trust, and keeps on record from where and why. */
export function trusted(
  state: RuntimeState,
  extension: Extension,
  to: ExtensionTrust,
  reason: string,
): Extension {
  const { extension_id, trust_state: from } = extension;
  if (from !== to) note(state, 'trust_transitions', { extension_id, from, to, reason });
  return { ...extension, trust_state: to, escaped: false };
}
