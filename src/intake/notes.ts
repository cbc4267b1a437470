/** Types of the ledger's entries that are about no incident. */
export const NOTES = [
  'policy_in_force',
  'principal_added',
  'principal_revoked',
  'custody',
  'baseline_captured',
  'host_enrolled',
  'breaker_tripped',
  'breaker_reset',
  'safe_mode_entered',
  'safe_mode_left',
  'principal_restored',
] as const;
export type Note = (typeof NOTES)[number];
