import { SYSTEM_STEPS, type SystemKind } from '../../domain/systems.ts';
import type { ActionOutcome, ActionRequest, TargetDriver } from '../../domain/target.ts';
import type { TargetsPolicy } from '../../domain/targets.ts';
import type { Effect, Reading, SystemCall, SystemDrivers } from '../systems/system-driver.ts';
import type { Problem } from './problem.ts';

/** How much of a call's time acting may take; the rest is for the reading behind it. */
const ACTING_SHARE = 0.7;

export interface SystemStepsDeps {
  /** A step of a kind that has none is refused. */
  drivers: SystemDrivers;
  /** The policy in force. */
  policy: () => Pick<TargetsPolicy, 'actions' | 'systems'>;
}

/** The same driver, which also takes the steps that systems carry out in their own protocols. */
export function withSystemSteps<Driver extends TargetDriver>(
  targets: Driver,
  deps: SystemStepsDeps,
): Driver {
  const isStep = ({ action, target }: ActionRequest) => {
    const { actions, systems } = deps.policy();
    const named = own(actions, action);
    return Object.hasOwn(systems, target) || (named !== undefined && 'system' in named);
  };
  return {
    ...targets,
    apply: (request) => (isStep(request) ? effect(deps, request, 'apply') : targets.apply(request)),
    poke: (request) => (isStep(request) ? poke(deps, request) : targets.poke(request)),
    verify: (request) => (isStep(request) ? verify(deps, request) : targets.verify(request)),
    release: async (request) => {
      if (!isStep(request)) return targets.release(request);
      const outcome = await effect(deps, request, 'release');
      return { ...outcome, status: outcome.status === 'contained' ? 'released' : 'failed' };
    },
  };
}

/** Acts, then reads; `contained` says that what was wanted is so. */
async function effect(
  deps: SystemStepsDeps,
  request: ActionRequest,
  wanted: Effect,
): Promise<ActionOutcome> {
  const found = stepFor(deps, request);
  if ('reason' in found) return { status: 'failed', ...found };
  const whole = AbortSignal.timeout(request.timeout_ms);
  const part = AbortSignal.timeout(Math.ceil(request.timeout_ms * ACTING_SHARE));
  const acted = await found.act(wanted, part);
  return outcomeOf(await found.read(wanted, whole), acted);
}

async function poke(deps: SystemStepsDeps, request: ActionRequest): Promise<ActionOutcome> {
  const found = stepFor(deps, request);
  if ('reason' in found) return { status: 'failed', ...found };
  const acted = await found.act('apply', AbortSignal.timeout(request.timeout_ms));
  if (acted !== null) return { status: 'failed', ...acted };
  return { status: 'partial', reason: 'ok', detail: 'accepted, not verified', retryable: true };
}

async function verify(deps: SystemStepsDeps, request: ActionRequest): Promise<ActionOutcome> {
  const found = stepFor(deps, request);
  if ('reason' in found) return { status: 'failed', ...found };
  return outcomeOf(await found.read('apply', AbortSignal.timeout(request.timeout_ms)), null);
}

interface Step {
  act(wanted: Effect, signal: AbortSignal): Promise<Problem | null>;
  read(wanted: Effect, signal: AbortSignal): Promise<Reading | Problem>;
}

/** The plan pins which system; the running policy says where it is and what is asked of it. */
function stepFor({ drivers, policy }: SystemStepsDeps, request: ActionRequest): Step | Problem {
  const { actions, systems } = policy();
  const action = own(actions, request.action);
  const system = own(systems, request.target);
  if (action === undefined || !('system' in action) || system === undefined) {
    return unknown(`the running policy sends nothing to ${request.action}@${request.target}`);
  }
  const { step } = action;
  if (SYSTEM_STEPS[step].kind !== system.kind) {
    return unknown(`${request.target} is of kind ${system.kind}, which does not ${step}`);
  }
  return bound(drivers, system.kind, { step, system, systems, request });
}

function bound<Kind extends SystemKind>(
  drivers: SystemDrivers,
  kind: Kind,
  call: SystemCall<Kind>,
): Step | Problem {
  const driver = drivers[kind];
  if (driver === undefined) return unknown(`no driver is there for systems of kind ${kind}`);
  return {
    act: (wanted, signal) => driver.act(call, wanted, signal),
    read: (wanted, signal) => driver.read(call, wanted, signal),
  };
}

function unknown(detail: string): Problem {
  return { reason: 'unknown_target', detail, retryable: false };
}

/** The verdict is the reading's; how acting went only explains why an effect is missing. */
function outcomeOf(read: Reading | Problem, acted: Problem | null): ActionOutcome {
  if ('reason' in read) {
    const detail = acted ? `${read.detail}; ${acted.detail}` : read.detail;
    return { status: 'failed', ...read, detail };
  }
  const { met, unmet } = read;
  if (unmet.length === 0) {
    const detail = [...met, ...(acted ? [`although ${acted.detail}`] : [])].join(', ');
    return { status: 'contained', reason: 'ok', detail, retryable: false };
  }
  const status = met.length > 0 ? 'partial' : 'failed';
  const detail = `not so: ${unmet.join(', ')}`;
  if (acted) return { status, ...acted, detail: `${acted.detail}; ${detail}` };
  return { status, reason: 'no_effect', detail, retryable: true };
}

/** An action may be named like something that every object inherits. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
