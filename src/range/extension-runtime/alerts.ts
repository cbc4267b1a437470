import type { RiskEntry } from '../../domain/risk-ledger.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import { nextNumber, note, type RuntimeState } from './runtime-state.ts';

export const ALERT_SCHEMA = 'pi.ext.security_alert.v1';

/** Short, as the runtime writes them. */
const CONTEXT_HASH_DIGITS = 16;

interface Raised {
  extension_id: string;
  category:
    | 'policy_denial'
    | 'quarantine'
    | 'quarantine_escape'
    | 'exec_mediation'
    | 'secret_broker'
    | 'quota_breach'
    | 'profile_transition'
    | 'rollback';
  severity: 'info' | 'warning' | 'error' | 'critical';
  action: RiskEntry['selected_action'] | 'redact';
  reason_codes: string[];
  summary: string;
  policy_source: string;
  capability?: string;
  method?: string;
  risk_score?: number;
  risk_state?: RiskEntry['derived_state'];
}

export function raise(state: RuntimeState, raised: Raised): void {
  const { extension_id, capability = '', method = '' } = raised;
  note(state, 'security_alerts', {
    schema: ALERT_SCHEMA,
    sequence_id: nextNumber(state.store, 'alert'),
    remediation: '',
    risk_score: 0,
    risk_state: null,
    context_hash: contextHash(extension_id, capability, method),
    ...raised,
    ...{ capability, method },
  });
}

/** Which extension asked for what: the same for every call that is alike. */
export function contextHash(...context: string[]): string {
  return sha256Hex(JSON.stringify(context)).slice(0, CONTEXT_HASH_DIGITS);
}
