import Docker from 'dockerode';
import { Fault } from '../../domain/fault.ts';
import { type Container, containerSchema, type RestartPolicy } from './container.ts';

/** A pause takes 20 ms; an engine that needs longer than this is out of order. */
const CALL_TIMEOUT_MS = 10_000;

/** What the engine said against it; '' where it did as it was asked. Whether the goal holds is for a reading to say. */
export type Objection = string;

/**
 * The Docker Engine API on a socket of this host. Throws Fault `runtime_unreachable` or `runtime_failed`, both
 * retryable, where it gives no answer; a refusal is none: the second pause is answered 409, though all is as it should.
 */
export interface Engine {
  /** Null where there is no such container. */
  inspect(id: string): Promise<Container | null>;
  pause(id: string): Promise<Objection>;
  unpause(id: string): Promise<Objection>;
  /** SIGKILL to all that is in it; thaws it where it is paused. */
  kill(id: string): Promise<Objection>;
  setRestartPolicy(id: string, policy: RestartPolicy): Promise<Objection>;
  disconnect(network: string, id: string): Promise<Objection>;
  connect(network: string, id: string, settings: object): Promise<Objection>;
}

/** `socketPath`: where the engine listens. Nothing is asked of it yet. */
export function openEngine(socketPath: string): Engine {
  const docker = new Docker({ socketPath, timeout: CALL_TIMEOUT_MS });
  return {
    inspect: (id) => inspect(docker, id),
    pause: (id) => objection(() => docker.getContainer(id).pause()),
    unpause: (id) => objection(() => docker.getContainer(id).unpause()),
    kill: (id) => objection(() => docker.getContainer(id).kill({ signal: 'SIGKILL' })),
    setRestartPolicy: (id, RestartPolicy) =>
      objection(() => docker.getContainer(id).update({ RestartPolicy })),
    disconnect: (network, Container) =>
      objection(() => docker.getNetwork(network).disconnect({ Container, Force: true })),
    connect: (network, Container, EndpointConfig) =>
      objection(() => docker.getNetwork(network).connect({ Container, EndpointConfig })),
  };
}

async function inspect(docker: Docker, id: string): Promise<Container | null> {
  let answer: unknown;
  try {
    answer = await docker.getContainer(id).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw silent(error);
  }
  const read = containerSchema.safeParse(answer);
  if (read.success) return read.data;
  const { path = [], message = '' } = read.error.issues[0] ?? {};
  throw failed(`the runtime's answer is not of its form: ${path.map(String).join('.')} ${message}`);
}

async function objection(act: () => Promise<unknown>): Promise<Objection> {
  try {
    await act();
    return '';
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined) throw silent(error);
    return `the runtime answered ${status}: ${messageOf(error)}`;
  }
}

/** No answer to the call, or one that says nothing of it. */
function silent(error: unknown): Fault {
  const status = statusOf(error);
  if (status !== undefined) return failed(`the container runtime answered ${status}`, error);
  const message = 'the container runtime cannot be reached at CORDON_AGENT_DOCKER';
  return new Fault('runtime_unreachable', message, { retryable: true, cause: error });
}

function failed(message: string, cause?: unknown): Fault {
  return new Fault('runtime_failed', message, { retryable: true, cause });
}

function statusOf(error: unknown): number | undefined {
  const { statusCode } = Object(error) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

function messageOf(error: unknown): string {
  const { json } = Object(error) as { json?: unknown };
  const { message } = Object(json) as { message?: unknown };
  return typeof message === 'string' ? message.slice(0, MOST_MESSAGE_CHARS) : 'without a reason';
}

/** Of a sentence for an operator. */
const MOST_MESSAGE_CHARS = 300;
