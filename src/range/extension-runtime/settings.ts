import { z } from 'zod';
import { document } from './runtime-state.ts';

const riskControllerSchema = z.strictObject({
  enabled: z.boolean(),
  enforce: z.boolean(),
  alpha: z.number().min(0).max(1),
  window_size: z.int().positive(),
  fail_closed: z.boolean(),
});
export type RiskController = z.infer<typeof riskControllerSchema>;

/** What it is reset to. */
export const RISK_CONTROLLER_DEFAULTS: RiskController = {
  enabled: false,
  enforce: true,
  alpha: 0.01,
  window_size: 128,
  fail_closed: true,
};

/** As a runtime in use has it: scoring, and tuned by somebody. */
export const riskController = document('risk_controller', riskControllerSchema, {
  ...RISK_CONTROLLER_DEFAULTS,
  enabled: true,
  alpha: 0.05,
  window_size: 64,
});

export const revisionSchema = z.strictObject({
  revision: z.string(),
  profile: z.enum(['safe', 'balanced', 'permissive']),
  allow_dangerous: z.boolean(),
  deny_caps: z.array(z.string()),
});
export type PolicyRevision = z.infer<typeof revisionSchema>;

/** What a rollback may go back to: known to be good, and not to be changed. */
export const PINNED_REVISIONS: readonly PolicyRevision[] = [
  { revision: 'safe-1', profile: 'safe', allow_dangerous: false, deny_caps: ['exec', 'env'] },
];

export const policy = document('policy', revisionSchema, {
  revision: 'work-7',
  profile: 'balanced',
  allow_dangerous: false,
  deny_caps: ['exec'],
});
