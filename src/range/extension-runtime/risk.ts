import { RISK_ACTIONS, type RiskEntry } from '../../domain/risk-ledger.ts';
import type { Extension } from './extensions.ts';

/** What a call of each capability may do harm with; every other is as good as harmless. */
const RISK_OF: ReadonlyMap<string, number> = new Map([
  ['exec', 0.6],
  ['env', 0.5],
  ['http', 0.4],
  ['fs/write', 0.35],
]);
const RISK_OF_OTHERS = 0.1;
/** Asking for what is denied says more than what was asked for. */
const RISK_OF_REFUSAL = 0.3;

const SUSPICIOUS_FROM = 0.55;
const UNSAFE_FROM = 0.8;
/** In a row: then the extension is ended. */
const MOST_UNSAFE = 3;
/** Calls in a row that have to be safe before an extension is watched less closely. */
const COOLDOWN_CALLS = 5;

type Assessed = Pick<RiskEntry, 'risk_score' | 'derived_state'>;

export function assess(capability: string, refused: boolean): Assessed {
  const score = (RISK_OF.get(capability) ?? RISK_OF_OTHERS) + (refused ? RISK_OF_REFUSAL : 0);
  const risk_score = Number(score.toFixed(2));
  if (risk_score >= UNSAFE_FROM) return { risk_score, derived_state: 'unsafe' };
  return { risk_score, derived_state: risk_score >= SUSPICIOUS_FROM ? 'suspicious' : 'safe' };
}

/** One step up for each unsafe call, to the end after three in a row; one down after enough calm. What has ended stays so. */
export function afterCall(extension: Extension, derived: Assessed['derived_state']): Extension {
  if (extension.enforcement_state === 'terminate') return extension;
  if (derived === 'unsafe') {
    const consecutive_unsafe = extension.consecutive_unsafe + 1;
    const next = stepped(extension, 1);
    const isOver = consecutive_unsafe >= MOST_UNSAFE;
    const enforcement_state = isOver ? 'terminate' : next === 'terminate' ? 'deny' : next;
    return { ...extension, enforcement_state, consecutive_unsafe, calm_calls: 0 };
  }
  const calm_calls = derived === 'safe' ? extension.calm_calls + 1 : 0;
  if (calm_calls < COOLDOWN_CALLS) return { ...extension, consecutive_unsafe: 0, calm_calls };
  const enforcement_state = stepped(extension, -1);
  return { ...extension, enforcement_state, consecutive_unsafe: 0, calm_calls: 0 };
}

function stepped({ enforcement_state }: Extension, by: number): Extension['enforcement_state'] {
  return RISK_ACTIONS[Math.max(0, RISK_ACTIONS.indexOf(enforcement_state) + by)] ?? 'terminate';
}
