import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import {
  type Change,
  changesSchema,
  type Container,
  containerSchema,
  imageSchema,
  type RestartPolicy,
} from './container.ts';

/** A pause takes 20 ms; an engine that needs longer than this is out of order. */
const CALL_TIMEOUT_MS = 10_000;

/** Days of what a talkative agent says; how much of it is kept is counted in bytes. */
const MOST_LINES = '1000000';

/** What the engine said against it; '' where it did as it was asked. Whether the goal holds is for a reading to say. */
export type Objection = string;

/**
 * The Docker Engine API on a socket of this host. Throws Fault `runtime_unreachable` or `runtime_failed`, both
 * retryable, where it gives no answer; a refusal is none: the second pause is answered 409, though all is as it should.
 */
export interface Engine {
  /** Null where there is no such container. */
  inspect(id: string): Promise<Container | null>;
  /** Of its files, since its image: names only. */
  changes(id: string): Promise<Change[]>;
  /** What its outputs said, as `lastFrames` reads it: the newest lines, however long. */
  logs(id: string): Promise<Readable>;
  pause(id: string): Promise<Objection>;
  unpause(id: string): Promise<Objection>;
  /** SIGKILL to all that is in it; thaws it where it is paused. */
  kill(id: string): Promise<Objection>;
  /** Of an image by the engine's own id: its names by digest. None where it has no such image. */
  digests(image: string): Promise<string[]>;
  /** Makes a container that does not run yet. */
  create(name: string, configuration: object): Promise<Objection>;
  start(id: string): Promise<Objection>;
  rename(id: string, name: string): Promise<Objection>;
  /** Dead or alive; its named volumes stay. */
  remove(id: string): Promise<Objection>;
  setRestartPolicy(id: string, policy: RestartPolicy): Promise<Objection>;
  disconnect(network: string, id: string): Promise<Objection>;
  connect(network: string, id: string, settings: object): Promise<Objection>;
}

/** `socketPath`: where the engine listens. Nothing is asked of it yet. */
export function openEngine(socketPath: string): Engine {
  // Loaded at the first call: it takes longer than all the rest of an agent that may never meet a container.
  let opened: Promise<Docker> | null = null;
  const docker = () => (opened ??= connectTo(socketPath));
  const container = async (id: string) => (await docker()).getContainer(id);
  const network = async (name: string) => (await docker()).getNetwork(name);
  return {
    inspect: async (id) => inspect(await container(id)),
    changes: async (id) => changes(await container(id)),
    logs: async (id) => logs(await docker(), id),
    pause: (id) => objection(async () => (await container(id)).pause()),
    unpause: (id) => objection(async () => (await container(id)).unpause()),
    kill: (id) => objection(async () => (await container(id)).kill({ signal: 'SIGKILL' })),
    digests: async (image) => digests((await docker()).getImage(image)),
    create: (name, configuration) =>
      objection(async () => (await docker()).createContainer({ ...configuration, name })),
    start: (id) => objection(async () => (await container(id)).start()),
    rename: (id, name) => objection(async () => (await container(id)).rename({ name })),
    remove: (id) => objection(async () => (await container(id)).remove({ force: true })),
    setRestartPolicy: (id, RestartPolicy) =>
      objection(async () => (await container(id)).update({ RestartPolicy })),
    disconnect: (name, Container) =>
      objection(async () => (await network(name)).disconnect({ Container, Force: true })),
    connect: (name, Container, EndpointConfig) =>
      objection(async () => (await network(name)).connect({ Container, EndpointConfig })),
  };
}

async function connectTo(socketPath: string): Promise<Docker> {
  const { default: Client } = await import('dockerode');
  return new Client({ socketPath, timeout: CALL_TIMEOUT_MS });
}

async function inspect(container: Docker.Container): Promise<Container | null> {
  try {
    return parsed(containerSchema, await container.inspect());
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw silent(error);
  }
}

async function changes(container: Docker.Container): Promise<Change[]> {
  try {
    // Null where nothing was changed.
    return parsed(changesSchema, await container.changes()) ?? [];
  } catch (error) {
    throw silent(error);
  }
}

async function digests(image: Docker.Image): Promise<string[]> {
  try {
    return parsed(imageSchema, await image.inspect()).RepoDigests ?? [];
  } catch (error) {
    if (statusOf(error) === 404) return [];
    throw silent(error);
  }
}

function logs(docker: Docker, id: string): Promise<Readable> {
  const query = new URLSearchParams({
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    tail: MOST_LINES,
  });
  const call = {
    path: `/containers/${id}/logs?${query.toString()}`,
    method: 'GET',
    isStream: true,
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(call, (error, stream) => {
      if (stream instanceof Readable) resolve(stream);
      else reject(silent(error));
    });
  });
}

function parsed<T>(schema: z.ZodType<T>, answer: unknown): T {
  const read = schema.safeParse(answer);
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
  if (error instanceof Fault) return error;
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
