import type { RiskEntry } from '../../domain/risk-ledger.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import { contextHash, raise } from './alerts.ts';
import { dangerOf } from './exec-mediation.ts';
import { callsInMinute, isContained } from './gates.ts';
import { appendEntry } from './risk-ledger.ts';
import { note, type RuntimeState } from './runtime-state.ts';
import { isSecret } from './secret-broker.ts';
import type { Decided } from './take-call.ts';

/** The entry in the ledger, the telemetry, and the records and alerts of the gates that had a part in it. */
export function recordCall(state: RuntimeState, decided: Decided): void {
  recordDecision(state, decided);
  recordTransition(state, decided);
  recordEscape(state, decided);
  recordExec(state, decided);
  recordSecret(state, decided);
  recordBreach(state, decided);
  recordDenial(state, decided);
}

/** Whom a call is about, as every record begins. */
const about = ({ call, call_id }: Decided) => ({
  extension_id: call.extension_id,
  call_id,
  capability: call.capability,
  method: call.method,
});

function recordDecision(state: RuntimeState, decided: Decided): void {
  const { call, refusal, risk, after } = decided;
  const reason_codes = refusal === null ? [] : [refusal.reason];
  const selected_action = actionOf(decided);
  const params_hash = sha256Hex(canonicalJson(call.params));
  const entry = { ...about(decided), params_hash, ...risk, selected_action, reason_codes };
  const { consecutive_unsafe } = after;
  appendEntry(state, { ts_ms: state.now(), ...entry, consecutive_unsafe });
  note(state, 'hostcall_telemetry', {
    ...entry,
    outcome: refusal === null ? 'allowed' : 'denied',
    denied_by: refusal?.by ?? '',
    args_shape_hash: sha256Hex(JSON.stringify(Object.keys(call.params).toSorted())),
    context_hash: contextHash(call.extension_id, call.capability, call.method),
    resource_target_class: call.capability,
    risk_action: selected_action,
  });
}

/** Of what has ended, every call ends. */
function actionOf({ refusal, after }: Decided): RiskEntry['selected_action'] {
  const isOver = after.enforcement_state === 'terminate' || isContained(refusal);
  if (isOver) return 'terminate';
  return refusal === null ? after.enforcement_state : 'deny';
}

function recordTransition(state: RuntimeState, { call, before, after, risk }: Decided): void {
  const [from, to] = [before.enforcement_state, after.enforcement_state];
  if (from === to) return;
  raise(state, {
    ...{ extension_id: call.extension_id, category: 'profile_transition', severity: 'warning' },
    ...{ action: to, reason_codes: ['enforcement_transition'] },
    summary: `Enforcement transition: ${from} to ${to}`,
    policy_source: 'enforcement',
    ...{ risk_score: risk.risk_score, risk_state: risk.derived_state },
  });
}

function recordEscape(state: RuntimeState, { call, before, refusal }: Decided): void {
  if (!before.escaped || refusal !== null) return;
  raise(state, {
    ...{ extension_id: call.extension_id, category: 'quarantine_escape', severity: 'critical' },
    ...{ action: 'allow', reason_codes: ['quarantined'] },
    summary: `${call.extension_id} was served though it is in quarantine`,
    policy_source: 'trust_state',
    ...{ capability: call.capability, method: call.method },
  });
}

function recordExec(state: RuntimeState, decided: Decided): void {
  const { call, refusal } = decided;
  if (call.capability !== 'exec') return;
  const command = call.params.command ?? '';
  note(state, 'exec_mediation', {
    ...about(decided),
    command_hash: sha256Hex(command),
    classification: dangerOf(command) ?? 'ordinary',
    decision: refusal === null ? 'allow' : 'deny',
    reason: refusal?.reason ?? '',
  });
}

/** Of a variable nothing but the hash of its name is kept, and never what it holds. */
function recordSecret(state: RuntimeState, decided: Decided): void {
  const { call, refusal } = decided;
  const { name } = call.params;
  if (call.capability !== 'env' || name === undefined || refusal !== null) return;
  const isRedacted = isSecret(name);
  const name_hash = sha256Hex(name);
  const decision = isRedacted ? 'redact' : 'pass';
  note(state, 'secret_broker', { ...about(decided), name_hash, decision });
  if (!isRedacted) return;
  raise(state, {
    ...{ extension_id: call.extension_id, category: 'secret_broker', severity: 'info' },
    ...{ action: 'redact', reason_codes: ['secret_redacted'] },
    summary: 'Secret redacted',
    policy_source: 'secret_broker',
    ...{ capability: call.capability, method: call.method },
  });
}

function recordBreach(state: RuntimeState, decided: Decided): void {
  const { call, refusal, before } = decided;
  if (refusal?.by !== 'quota') return;
  const isMemory = refusal.reason === 'max_memory_mb';
  const { max_memory_mb, max_hostcalls_per_minute } = before.quota;
  note(state, 'quota_breaches', {
    ...about(decided),
    resource: refusal.reason,
    limit: isMemory ? max_memory_mb : max_hostcalls_per_minute,
    actual: isMemory ? (call.params.memory_mb ?? 0) : callsInMinute(before, state.now()) + 1,
    reason: refusal.reason,
    quota_config_source: before.quota_config_source,
  });
}

/** What is contained already raises no alarm by being refused again. */
const ALARMING = {
  policy: { category: 'policy_denial', severity: 'error', summary: 'Capability denied' },
  exec_mediation: { category: 'exec_mediation', severity: 'error', summary: 'Exec denied' },
  quota: { category: 'quota_breach', severity: 'warning', summary: 'Quota exceeded' },
} as const;

function recordDenial(state: RuntimeState, { call, refusal, risk }: Decided): void {
  const { extension_id, capability, method } = call;
  if (refusal === null || !isAlarming(refusal.by)) return;
  const { summary, ...kind } = ALARMING[refusal.by];
  raise(state, {
    ...{ extension_id, capability, method, action: 'deny', ...kind },
    reason_codes: [refusal.reason],
    summary: `${summary}: ${refusal.reason}, ${capability} of ${extension_id}`,
    policy_source: refusal.by,
    ...{ risk_score: risk.risk_score, risk_state: risk.derived_state },
  });
}

function isAlarming(gate: string): gate is keyof typeof ALARMING {
  return Object.hasOwn(ALARMING, gate);
}
