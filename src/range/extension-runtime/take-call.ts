import { sha256Hex } from '../../evidence/digest.ts';
import { malformed, type RangeAnswer, type RangeCall } from '../service.ts';
import { raise } from './alerts.ts';
import { type Call, callSchema } from './call.ts';
import { type Extension, extensionOf, saveExtension, trusted } from './extensions.ts';
import { callsInMinute, isContained, type Refusal, refusalOf } from './gates.ts';
import { isKillAll } from './kill-switch.ts';
import { recordCall } from './record-call.ts';
import { afterCall, assess } from './risk.ts';
import { isFull, ledgerKind } from './risk-ledger.ts';
import { countDecision, rollout } from './rollout.ts';
import { nextNumber, type RuntimeState } from './runtime-state.ts';
import { isSecret } from './secret-broker.ts';
import { policy, riskController } from './settings.ts';

/** What became of a call, as the ledger and the logs are told. */
export interface Decided {
  call: Call;
  call_id: string;
  refusal: Refusal;
  risk: ReturnType<typeof assess>;
  before: Extension;
  after: Extension;
}

/** An extension's call: judged, recorded, answered. 403 where it is refused, with the gate that has refused it. */
export function takeCall(state: RuntimeState, { body }: RangeCall): RangeAnswer {
  const parsed = callSchema.safeParse(body);
  if (!parsed.success) return malformed(parsed.error);
  const { store } = state;
  if (isFull(store, ledgerKind(store))) {
    return { status: 503, body: { error: 'the risk ledger is full: nothing is decided' } };
  }
  return store.together(() => {
    const decided = decide(state, parsed.data);
    recordCall(state, decided);
    countDecision(store);
    return answerTo(decided);
  });
}

function decide(state: RuntimeState, call: Call): Decided {
  const { store, now } = state;
  const before = extensionOf(store, call.extension_id);
  const controller = riskController.read(store);
  const enforcing = controller.enabled && controller.enforce && rollout.read(store).enforce;
  const killAll = isKillAll(store);
  const around = { killAll, policy: policy.read(store), enforcing, nowMs: now() };
  const refusal = refusalOf(call, before, around);
  const risk = controller.enabled
    ? assess(call.capability, refusal !== null)
    : ({ risk_score: 0, derived_state: 'safe' } as const);
  const counted = { ...before, minute: minuteOf(before, now()) };
  const isScored = controller.enabled && !isContained(refusal);
  const scored = isScored ? afterCall(counted, risk.derived_state) : counted;
  const hasEnded = scored.enforcement_state === 'terminate' && enforcing && isScored;
  const after = hasEnded ? ended(state, before, scored) : scored;
  // A stranger may call itself anything: only what somebody has decided about it is remembered.
  if (before.installed) saveExtension(store, after);
  return { call, call_id: `call-${nextNumber(store, 'call')}`, refusal, risk, before, after };
}

function minuteOf(extension: Extension, nowMs: number): Extension['minute'] {
  const calls = callsInMinute(extension, nowMs);
  return { from_ms: calls === 0 ? nowMs : extension.minute.from_ms, calls: calls + 1 };
}

/** What has ended is in quarantine, unless it was ended before and somebody has let it out. */
function ended(state: RuntimeState, before: Extension, after: Extension): Extension {
  if (before.enforcement_state === 'terminate') return after;
  raise(state, {
    ...{ extension_id: after.extension_id, category: 'quarantine', severity: 'critical' },
    ...{ action: 'terminate', reason_codes: ['consecutive_unsafe_exceeded'] },
    summary: `Extension ${after.extension_id} quarantined`,
    policy_source: 'risk_scorer',
  });
  return trusted(state, after, 'quarantined', 'consecutive_unsafe_exceeded');
}

function answerTo({ call, call_id, refusal }: Decided): RangeAnswer {
  if (refusal !== null) {
    return { status: 403, body: { call_id, decision: 'deny', ...refusal } };
  }
  const { name } = call.params;
  if (call.capability !== 'env' || name === undefined) {
    return { status: 200, body: { call_id, decision: 'allow' } };
  }
  const value = isSecret(name) ? '[redacted]' : `practice-${sha256Hex(name).slice(0, 8)}`;
  return { status: 200, body: { call_id, decision: 'allow', value } };
}
