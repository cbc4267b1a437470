import { Fault } from '../../../domain/fault.ts';
import { instantOf } from '../../../domain/instant.ts';
import type { SafeModes } from '../../../domain/ledger.ts';
import type { SafeMode } from '../../../domain/safe-mode.ts';
import type { TargetsPolicy } from '../../../domain/targets.ts';
import type { Gate } from './gate.ts';

/** A person waits for it. */
const GATE_TIMEOUT_MS = 5_000;

export interface LeavingDeps {
  safeMode: SafeModes;
  gate: Gate;
  /** The policy in force. */
  policy: () => Pick<TargetsPolicy, 'systems'>;
  now: () => number;
}

/**
 * Leaves safe mode because a person says so: every gate is measured to be out of it before Cordon says that it is.
 * Faults: `safe_mode_held`, `gate_unavailable`.
 */
export async function leaveSafeMode(deps: LeavingDeps, by: string): Promise<SafeMode> {
  const { safeMode, now } = deps;
  refuseIfHeld(await safeMode.standing());
  await tellGates(deps, { on: false, holders: [] });
  const left = await safeMode.leave(by, instantOf(now()));
  if (!left.on) return left;
  // An incident has come meanwhile that holds it.
  await tellGates(deps, { on: true, holders: left.holders });
  refuseIfHeld(left);
  return left;
}

function refuseIfHeld({ holders }: SafeMode): void {
  if (holders.length === 0) return;
  const message = `Safe mode is held by ${holders.join(', ')}`;
  throw new Fault('safe_mode_held', message, { retryable: false });
}

async function tellGates(deps: LeavingDeps, order: { on: boolean; holders: string[] }) {
  const gates = Object.values(deps.policy().systems).flatMap((system) =>
    system.kind === 'cordon' && system.gate !== undefined ? [system.gate] : [],
  );
  await Promise.all(gates.map((name) => tellGate(deps.gate, name, order)));
}

async function tellGate(
  gate: Gate,
  name: string,
  order: { on: boolean; holders: string[] },
): Promise<void> {
  const signal = AbortSignal.timeout(GATE_TIMEOUT_MS);
  const problem = await gate.set(name, order, signal);
  const read = await gate.isOn(name, signal);
  if (!('reason' in read) && read.on === order.on) return;
  const why = problem?.detail ?? ('reason' in read ? read.detail : `${name} did not obey`);
  throw new Fault('gate_unavailable', `The gate is not as it should be: ${why}`, {
    retryable: true,
  });
}
