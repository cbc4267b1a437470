import type { Call } from './call.ts';
import { dangerOf } from './exec-mediation.ts';
import type { Extension } from './extensions.ts';
import type { PolicyRevision } from './settings.ts';

export type Gate =
  | 'kill_switch'
  | 'trust_state'
  | 'not_installed'
  | 'quota'
  | 'policy'
  | 'enforcement'
  | 'exec_mediation';

/** Which gate has refused a call, and why; null where it may go on. */
export type Refusal = { by: Gate; reason: string } | null;

export interface Surroundings {
  killAll: boolean;
  policy: PolicyRevision;
  /** Whether what the risk controller has decided is carried out. */
  enforcing: boolean;
  nowMs: number;
}

const MINUTE_MS = 60_000;
/** What a hardened extension may not ask for. */
const DANGEROUS: readonly string[] = ['exec', 'env'];

/** The gates that a call has to pass, the one that nothing overrides first. */
export function refusalOf(call: Call, extension: Extension, around: Surroundings): Refusal {
  return (
    ofContainment(extension, around) ??
    ofQuota(call, extension, around.nowMs) ??
    ofPolicy(call, around.policy) ??
    ofEnforcement(call, extension, around.enforcing) ??
    ofMediation(call)
  );
}

/** Whether it is the extension that is refused, whatever it asks for. */
export function isContained(refusal: Refusal): boolean {
  return refusal?.by === 'kill_switch' || refusal?.by === 'trust_state';
}

function ofContainment(extension: Extension, { killAll }: Surroundings): Refusal {
  if (killAll) return { by: 'kill_switch', reason: 'kill_all' };
  if (extension.kill_switch) return { by: 'kill_switch', reason: 'kill_switch' };
  if (extension.trust_state === 'quarantined' && !extension.escaped) {
    return { by: 'trust_state', reason: 'quarantined' };
  }
  return extension.installed ? null : { by: 'not_installed', reason: 'not_installed' };
}

function ofQuota({ params }: Call, extension: Extension, nowMs: number): Refusal {
  if ((params.memory_mb ?? 0) > extension.quota.max_memory_mb) {
    return { by: 'quota', reason: 'max_memory_mb' };
  }
  return callsInMinute(extension, nowMs) >= extension.quota.max_hostcalls_per_minute
    ? { by: 'quota', reason: 'max_hostcalls_per_minute' }
    : null;
}

/** Before the one that is asked for. */
export function callsInMinute({ minute }: Extension, nowMs: number): number {
  return nowMs - minute.from_ms < MINUTE_MS ? minute.calls : 0;
}

function ofPolicy({ capability }: Call, { deny_caps, allow_dangerous }: PolicyRevision): Refusal {
  const isDenied = deny_caps.includes(capability) && !allow_dangerous;
  return isDenied ? { by: 'policy', reason: 'deny_caps' } : null;
}

function ofEnforcement(
  { capability }: Call,
  { enforcement_state }: Extension,
  enforcing: boolean,
): Refusal {
  if (!enforcing || enforcement_state === 'allow') return null;
  if (enforcement_state === 'harden' && !DANGEROUS.includes(capability)) return null;
  return { by: 'enforcement', reason: `enforcement_${enforcement_state}` };
}

function ofMediation({ capability, params }: Call): Refusal {
  const danger = capability === 'exec' ? dangerOf(params.command ?? '') : undefined;
  return danger === undefined ? null : { by: 'exec_mediation', reason: danger };
}
