import { judgeRiskLedger } from '../../evidence/risk-ledger/judge-risk-ledger.ts';
import { verifyRiskLedger } from '../../evidence/risk-ledger/verify-risk-ledger.ts';
import { MAX_LISTED, type RangeAnswer, type RangeCall } from '../service.ts';
import { everyExtension, extensionOf } from './extensions.ts';
import { isKillAll } from './kill-switch.ts';
import { ledgerArtifact } from './risk-ledger.ts';
import { rollout } from './rollout.ts';
import type { RuntimeState } from './runtime-state.ts';
import { PINNED_REVISIONS, policy, riskController } from './settings.ts';

/** The runtime as a whole. `installed` is complete; what else is listed may have been cut. */
export function wholeStatus(state: RuntimeState): RangeAnswer {
  const { store } = state;
  const extensions = everyExtension(store);
  const idsOf = (some: typeof extensions) => some.map(({ extension_id }) => extension_id);
  return {
    status: 200,
    body: {
      service: 'extensions',
      kill_all: isKillAll(store),
      installed: idsOf(extensions.filter(({ installed }) => installed)),
      killed: idsOf(extensions.filter((one) => one.kill_switch)).slice(0, MAX_LISTED),
      quarantined: idsOf(
        extensions.filter(({ trust_state }) => trust_state === 'quarantined'),
      ).slice(0, MAX_LISTED),
      rollout: rollout.read(store),
      risk_controller: riskController.read(store),
      policy: {
        ...policy.read(store),
        pinned: PINNED_REVISIONS.map(({ revision }) => revision),
      },
      ledger: ledgerStanding(state),
    },
  };
}

/** Whether its ledger holds, as the runtime itself finds. */
function ledgerStanding(state: RuntimeState) {
  const report = verifyRiskLedger(ledgerArtifact(state));
  const { valid, entry_count, head_ledger_hash, first_invalid_index } = report;
  const { verdict } = judgeRiskLedger(report);
  return { valid, verdict, entry_count, head_ledger_hash, first_invalid_index };
}

/** The report that its detector sends when it does not hold. */
export function ledgerVerification(state: RuntimeState): RangeAnswer {
  const { errors, ...report } = verifyRiskLedger(ledgerArtifact(state));
  const details = errors.map(({ detail }) => detail);
  return { status: 200, body: { ...report, generated_at_ms: state.now(), errors: details } };
}

/** One extension: what was decided about it, whether it is installed or not. */
export function extensionStatus({ store }: RuntimeState, { query }: RangeCall): RangeAnswer {
  const id = query.get('extension') ?? '';
  if (id === '' || id === '*') return { status: 422, body: { error: 'which extension?' } };
  const { extension_id, installed, trust_state, ...one } = extensionOf(store, id);
  const { kill_switch, enforcement_state, consecutive_unsafe, quota } = one;
  return {
    status: 200,
    body: {
      ...{ extension_id, installed, trust_state },
      quarantined: trust_state === 'quarantined',
      ...{ kill_switch, enforcement_state, consecutive_unsafe, quota },
    },
  };
}
