import { Fault } from '../../domain/fault.ts';
import type { AgentAnswer } from '../../domain/host-agent.ts';
import type { ActionOutcome, ActionRequest, TargetDriver } from '../../domain/target.ts';
import { HOST_AGENT } from '../../domain/targets.ts';
import { askAdmission, type Admission } from './admission.ts';
import {
  agentStepOf,
  unknown,
  type AgentStep,
  type HostStepsDeps,
  type Order,
  type Said,
} from './agent-step.ts';
import type { Problem } from './problem.ts';

/** How much of a call's time acting may take; the rest is for the reading behind it. */
const ACTING_SHARE = 0.7;

/** And of that of a recycling, first reading which image it is, then asking about that. */
const ADMISSION_SHARE = 0.1;

/** The same driver, which also takes the steps that the agents of hosts carry out. */
export function withHostSteps<Driver extends TargetDriver>(
  targets: Driver,
  given: HostStepsDeps,
): Driver {
  const deps: Deps = { ...given, targets };
  const isStep = ({ target }: ActionRequest) => target === HOST_AGENT;
  return {
    ...targets,
    apply: (request) => (isStep(request) ? apply(deps, request) : targets.apply(request)),
    poke: (request) => (isStep(request) ? poke(deps, request) : targets.poke(request)),
    verify: (request) => (isStep(request) ? verify(deps, request) : targets.verify(request)),
    release: async (request) => {
      if (!isStep(request)) return targets.release(request);
      const outcome = await release(deps, request);
      return { ...outcome, status: outcome.status === 'contained' ? 'released' : 'failed' };
    },
  };
}

interface Deps extends HostStepsDeps {
  targets: Pick<TargetDriver, 'verify'>;
}

async function apply(deps: Deps, request: ActionRequest): Promise<ActionOutcome> {
  const whole = AbortSignal.timeout(request.timeout_ms);
  const admission = await admissionOf(deps, request);
  const acted = await act(deps, request, orderOf(admission));
  const outcome = await verify(deps, request, whole);
  if ('reason' in acted) return explained(outcome, acted);
  return admission !== null && 'unknown' in admission ? unsettled(outcome, admission) : outcome;
}

async function poke(deps: Deps, request: ActionRequest): Promise<ActionOutcome> {
  const acted = await act(deps, request, orderOf(await admissionOf(deps, request)));
  if ('reason' in acted) return { status: 'failed', ...acted };
  return { status: 'partial', reason: 'ok', detail: 'accepted, not verified', retryable: true };
}

async function verify(
  deps: Deps,
  request: ActionRequest,
  signal = AbortSignal.timeout(request.timeout_ms),
): Promise<ActionOutcome> {
  const read = await ask(deps, request, (step) => step.state(signal));
  return 'reason' in read ? { status: 'failed', ...read } : outcomeOf(read, true);
}

/** Its own answer is the reading: what a released subject was contained by is not known any more. */
async function release(deps: Deps, request: ActionRequest): Promise<ActionOutcome> {
  const acted = await act(deps, request, { effect: 'release' });
  return 'reason' in acted ? { status: 'failed', ...acted } : outcomeOf(acted, false);
}

function act(deps: Deps, request: ActionRequest, order: Order): Promise<Said | Problem> {
  const patienceMs = Math.ceil(request.timeout_ms * ACTING_SHARE);
  return ask(deps, request, (step) => step.act(order, AbortSignal.timeout(patienceMs)));
}

/** Whether the image of what is to be recycled may be started again; null for every other step. */
async function admissionOf(deps: Deps, request: ActionRequest): Promise<Admission | null> {
  const step = agentStepOf(deps, request);
  if ('reason' in step || step.unless === undefined) return null;
  const timeout_ms = Math.ceil(request.timeout_ms * ADMISSION_SHARE);
  const read = await ask(deps, request, ({ state }) => state(AbortSignal.timeout(timeout_ms)));
  if ('reason' in read) return { unknown: read };
  const asked = { ...request, action: step.unless, timeout_ms };
  return askAdmission(deps.targets, deps.policy().targets, asked, read);
}

/** What is not known to be allowed is not started, and ends all the same. */
function orderOf(admission: Admission | null): Order {
  if (admission === null) return { effect: 'apply' };
  return { effect: 'apply', fresh: 'admitted' in admission && admission.admitted };
}

/** Never throws for anything that an agent does. */
async function ask(
  deps: Deps,
  request: ActionRequest,
  call: (step: AgentStep) => Promise<AgentAnswer<Said>>,
): Promise<Said | Problem> {
  const step = agentStepOf(deps, request);
  if ('reason' in step) return step;
  try {
    const said = await call(step);
    return 'answer' in said ? said.answer : problemOf(said);
  } catch (error) {
    if (error instanceof Fault) return faultOf(error);
    throw error;
  }
}

type Refusal = Exclude<AgentAnswer<Said>, { answer: unknown }>;

function problemOf({ reason, detail }: Refusal): Problem {
  if (reason === 'agent-unconfigured') return unknown(detail);
  if (reason === 'malformed-evidence') {
    return { reason: 'unreadable_state', detail, retryable: true };
  }
  return { reason: 'refused', detail, retryable: false };
}

function faultOf({ code, message, retryable }: Fault): Problem {
  const reasons = { agent_unreachable: 'unreachable', agent_timeout: 'timeout' } as const;
  const reason = code in reasons ? reasons[code as keyof typeof reasons] : 'http_error';
  return { reason, detail: message, retryable };
}

/** `wanted`: whether the step should be in force. */
function outcomeOf({ in_force, method, detail }: Said, wanted: boolean): ActionOutcome {
  const said = `${method}: ${detail}`;
  return in_force === wanted
    ? { status: 'contained', reason: 'ok', detail: said, retryable: false }
    : { status: 'failed', reason: 'no_effect', detail: said, retryable: true };
}

/** It has ended, and whether a fresh one may run is asked again. */
function unsettled(
  outcome: ActionOutcome,
  { unknown: problem }: { unknown: Problem },
): ActionOutcome {
  const detail = `${outcome.detail}; whether its image may be started again: ${problem.detail}`;
  return { status: 'failed', ...problem, detail, retryable: true };
}

/** The verdict is the reading's; how acting went only explains why an effect is missing. */
function explained(outcome: ActionOutcome, acted: Problem): ActionOutcome {
  if (outcome.status !== 'contained') {
    return { status: 'failed', ...acted, detail: `${acted.detail}; ${outcome.detail}` };
  }
  return { ...outcome, detail: `${outcome.detail}, although ${acted.detail}` };
}
