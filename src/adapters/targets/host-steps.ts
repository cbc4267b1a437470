import { Fault } from '../../domain/fault.ts';
import type { AgentAnswer, HostAgent } from '../../domain/host-agent.ts';
import type { ContainAnswer, ContainRequest } from '../../domain/host-containment.ts';
import { hostSubjectOf } from '../../domain/host-subject.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ActionOutcome, ActionRequest, TargetDriver } from '../../domain/target.ts';
import { HOST_AGENT, type HostAction, type TargetsPolicy } from '../../domain/targets.ts';
import { askAdmission, type Admission } from './admission.ts';
import type { Problem } from './problem.ts';

/** How much of a call's time acting may take; the rest is for the reading behind it. */
const ACTING_SHARE = 0.7;

/** And of that of a recycling, first reading which image it is, then asking about that. */
const ADMISSION_SHARE = 0.1;

export interface HostStepsDeps {
  agents: Pick<HostAgent, 'contain' | 'containState'>;
  /** The policy in force. */
  policy: () => Pick<Policy, 'targets' | 'attestation'>;
}

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
  deps: HostStepsDeps,
  request: ActionRequest,
  signal = AbortSignal.timeout(request.timeout_ms),
): Promise<ActionOutcome> {
  const read = await ask(deps, request, ({ about, host }) =>
    deps.agents.containState(host, about, signal),
  );
  return 'reason' in read ? { status: 'failed', ...read } : outcomeOf(read, true);
}

/** Its own answer is the reading: what a released subject was contained by is not known any more. */
async function release(deps: Deps, request: ActionRequest): Promise<ActionOutcome> {
  const acted = await act(deps, request, { effect: 'release' });
  return 'reason' in acted ? { status: 'failed', ...acted } : outcomeOf(acted, false);
}

type Order = Pick<ContainRequest, 'effect' | 'fresh'>;

function act(deps: Deps, request: ActionRequest, given: Order): Promise<ContainAnswer | Problem> {
  const patienceMs = Math.ceil(request.timeout_ms * ACTING_SHARE);
  return ask(deps, request, ({ about, host, action }) => {
    const order = { ...about, ...given, allow: given.effect === 'apply' ? action.allow : [] };
    return deps.agents.contain(host, order, AbortSignal.timeout(patienceMs));
  });
}

/** Whether the image of what is to be recycled may be started again; null for every other step. */
async function admissionOf(deps: Deps, request: ActionRequest): Promise<Admission | null> {
  const { targets } = deps.policy();
  const unless = hostActionOf(targets, request.action)?.unless;
  if (unless === undefined) return null;
  const signal = AbortSignal.timeout(Math.ceil(request.timeout_ms * ADMISSION_SHARE));
  const read = await ask(deps, request, ({ about, host }) =>
    deps.agents.containState(host, about, signal),
  );
  if ('reason' in read) return { unknown: read };
  const timeout_ms = Math.ceil(request.timeout_ms * ADMISSION_SHARE);
  return askAdmission(deps.targets, targets, { ...request, action: unless, timeout_ms }, read);
}

/** What is not known to be allowed is not started, and ends all the same. */
function orderOf(admission: Admission | null): Order {
  if (admission === null) return { effect: 'apply' };
  return { effect: 'apply', fresh: 'admitted' in admission && admission.admitted };
}

interface Asking {
  host: string;
  action: HostAction;
  about: Parameters<HostAgent['containState']>[1];
}

/** Never throws for anything that an agent does. */
async function ask(
  { policy }: HostStepsDeps,
  request: ActionRequest,
  call: (asking: Asking) => Promise<AgentAnswer<ContainAnswer>>,
): Promise<ContainAnswer | Problem> {
  const asking = askingFor(policy(), request);
  if ('reason' in asking) return asking;
  try {
    const said = await call(asking);
    return 'answer' in said ? said.answer : problemOf(said);
  } catch (error) {
    if (error instanceof Fault) return faultOf(error);
    throw error;
  }
}

function askingFor(
  { targets, attestation }: ReturnType<HostStepsDeps['policy']>,
  { action: name, containment_key: idempotency_key, subject: about }: ActionRequest,
): Asking | Problem {
  const action = hostActionOf(targets, name);
  if (action === undefined) {
    return unknown(`the running policy has no step of a host's agent for ${name}`);
  }
  const host = about['host'] ?? attestation.unnamed_host;
  if (host === undefined) return unknown('the report names no host');
  const subject = hostSubjectOf(about);
  if (subject === null) return unknown(`the report names nothing on ${host}`);
  return { host, action, about: { subject, step: action.host, idempotency_key } };
}

function hostActionOf({ actions }: TargetsPolicy, name: string): HostAction | undefined {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  return action !== undefined && 'host' in action ? action : undefined;
}

function unknown(detail: string): Problem {
  return { reason: 'unknown_target', detail, retryable: false };
}

type Refusal = Exclude<AgentAnswer<ContainAnswer>, { answer: unknown }>;

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
function outcomeOf({ in_force, method, detail }: ContainAnswer, wanted: boolean): ActionOutcome {
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
