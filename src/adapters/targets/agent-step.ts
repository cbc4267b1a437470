import type { Cancellation } from '../../domain/attestor.ts';
import type { AgentAnswer, HostAgent } from '../../domain/host-agent.ts';
import { sourceSchema } from '../../domain/host-blocking.ts';
import type { ContainAnswer, ContainRequest } from '../../domain/host-containment.ts';
import { hostSubjectOf } from '../../domain/host-subject.ts';
import type { Policy } from '../../domain/policy.ts';
import type { ActionRequest } from '../../domain/target.ts';
import type { EdgeAction, HostAction } from '../../domain/targets.ts';
import type { Problem } from './problem.ts';

export interface HostStepsDeps {
  agents: Pick<HostAgent, 'contain' | 'containState' | 'block' | 'blockState'>;
  /** The policy in force. */
  policy: () => Pick<Policy, 'targets' | 'attestation'>;
}

/** What an agent says of a step, whichever it is. */
export type Said = Pick<ContainAnswer, 'in_force' | 'method' | 'detail' | 'after'>;

export type Order = Pick<ContainRequest, 'effect' | 'fresh'>;

/** One action as the agent of a host is asked for it. Both throw the retryable Faults of `HostAgent`. */
export interface AgentStep {
  act(order: Order, signal: Cancellation): Promise<AgentAnswer<Said>>;
  /** Reads only. */
  state(signal: Cancellation): Promise<AgentAnswer<Said>>;
  /** Of a recycling: the action that blocks images. */
  unless: string | undefined;
}

/** By the running policy, or why there is none. */
export function agentStepOf(
  { agents, policy }: HostStepsDeps,
  request: ActionRequest,
): AgentStep | Problem {
  const { targets, attestation } = policy();
  const { action: name, subject } = request;
  const action = Object.hasOwn(targets.actions, name) ? targets.actions[name] : undefined;
  const host = subject['host'] ?? attestation.unnamed_host;
  if (action !== undefined && 'host' in action) {
    return containing(agents, action, { request, host });
  }
  if (action !== undefined && 'edge' in action) {
    return blocking(agents, action, { request, host: action.at ?? host });
  }
  return unknown(`the running policy has no step of a host's agent for ${name}`);
}

export function unknown(detail: string): Problem {
  return { reason: 'unknown_target', detail, retryable: false };
}

interface Where {
  request: ActionRequest;
  host: string | undefined;
}

function containing(
  agents: HostStepsDeps['agents'],
  { host: step, allow, unless }: HostAction,
  { request, host }: Where,
): AgentStep | Problem {
  if (host === undefined) return NO_HOST;
  const subject = hostSubjectOf(request.subject);
  if (subject === null) return unknown(`the report names nothing on ${host}`);
  const about = { subject, step, idempotency_key: request.containment_key };
  return {
    unless,
    act: (order, signal) => {
      const allowed = order.effect === 'apply' ? allow : [];
      return agents.contain(host, { ...about, ...order, allow: allowed }, signal);
    },
    state: (signal) => agents.containState(host, about, signal),
  };
}

function blocking(
  agents: HostStepsDeps['agents'],
  { never, for: lastsMs }: EdgeAction,
  { request, host }: Where,
): AgentStep | Problem {
  if (host === undefined) return NO_HOST;
  const { address: source } = request.subject;
  if (source === undefined || !sourceSchema.safeParse(source).success) {
    return unknown('the report names no address to be blocked');
  }
  const terms = { never, timeout_s: Math.floor(lastsMs / 1_000) };
  return {
    unless: undefined,
    act: ({ effect }, signal) => {
      const order = effect === 'apply' ? { source, effect, ...terms } : { source, effect };
      return agents.block(host, order, signal);
    },
    state: (signal) => agents.blockState(host, { source }, signal),
  };
}

const NO_HOST = unknown('the report names no host');
