import { z } from 'zod';
import { sha256Schema } from './primitives.ts';

/** What an extension runtime's ledger of risk decisions says that it is. */
export const RISK_LEDGER_SCHEMA = 'pi.ext.runtime_risk_ledger.v1';

export const RISK_ACTIONS = ['allow', 'harden', 'deny', 'terminate'] as const;
export const RISK_STATES = ['safe', 'suspicious', 'unsafe'] as const;

/** One decision of the runtime about one call of an extension. */
const riskDecisionSchema = z.object({
  /** Milliseconds since the epoch. */
  ts_ms: z.int().nonnegative(),
  extension_id: z.string(),
  call_id: z.string(),
  capability: z.string(),
  method: z.string(),
  params_hash: sha256Schema,
  risk_score: z.number().min(0).max(1),
  selected_action: z.enum(RISK_ACTIONS),
  derived_state: z.enum(RISK_STATES),
  /** How many unsafe decisions in a row this one makes. */
  consecutive_unsafe: z.int().nonnegative(),
  reason_codes: z.array(z.string()),
});
export type RiskDecision = z.infer<typeof riskDecisionSchema>;

/** As it stands in the ledger. `ledger_hash` is over all else, whatever a later version of the runtime adds to it. */
export const riskEntrySchema = z.looseObject({
  /** Counts from 1. */
  sequence_id: z.int().positive(),
  ...riskDecisionSchema.shape,
  /** Null for the first. */
  prev_ledger_hash: sha256Schema.nullable(),
  ledger_hash: sha256Schema,
});
export type RiskEntry = z.infer<typeof riskEntrySchema>;

/** The ledger as the runtime hands it out: always whole, because a part of a chain proves nothing. */
export const riskLedgerSchema = z.looseObject({
  schema: z.string(),
  generated_at_ms: z.int().nonnegative(),
  entry_count: z.int().nonnegative(),
  /** Of the newest entry; null where there is none. */
  head_ledger_hash: sha256Schema.nullable(),
  /** Each is read by itself, so that one that cannot be read does not hide the others. */
  entries: z.array(z.unknown()),
});
export type RiskLedger = z.infer<typeof riskLedgerSchema>;
