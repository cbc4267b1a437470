import { chmodSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { fromJSON, type AnyDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { Fault } from '../../domain/fault.ts';
import { AGENT_SERVICE, ENTRY_SERVICE, SPIRE_API, SPIRE_MESSAGES } from '../../domain/spire-api.ts';
import type { FaultBox } from '../faults.ts';
import { answers, refuseLongPath } from '../listen.ts';
import { agentMethods, entryMethods, RpcError, type Method } from './methods.ts';
import type { Registry } from './registry.ts';

/**
 * The SPIRE server's API on a socket that only its owner can open, which is all that guards a real one as well: whoever
 * comes through there is its administrator.
 */
export async function startSpireServer(
  path: string,
  registry: Registry,
  faults: FaultBox,
): Promise<{ stop(): void }> {
  refuseLongPath(path);
  if (await answers(path)) {
    const message = `${path} is in use: a practice range is running on this CORDON_HOME`;
    throw new Fault('range_already_running', message, { retryable: false });
  }
  rmSync(path, { force: true });
  const api = fromJSON(SPIRE_API, SPIRE_MESSAGES);
  const server = new Server();
  for (const [name, methods] of [
    [ENTRY_SERVICE, entryMethods(registry)],
    [AGENT_SERVICE, agentMethods(registry)],
  ] as const) {
    const answering = Object.entries(methods).map(([method, work]) => {
      return [method, answered(work, faults)] as const;
    });
    server.addService(serviceOf(api[name]), Object.fromEntries(answering));
  }
  await bound(server, path);
  chmodSync(path, 0o600);
  return { stop: () => server.forceShutdown() };
}

type Handler = (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => void;

function answered(method: Method, faults: FaultBox): Handler {
  return ({ request }, done) => void reply(method, faults, request, done);
}

async function reply(
  method: Method,
  faults: FaultBox,
  request: unknown,
  done: sendUnaryData<unknown>,
): Promise<void> {
  try {
    done(null, await answer(method, faults, request));
  } catch (error) {
    const code = error instanceof RpcError ? error.code : status.INTERNAL;
    done({ code, details: error instanceof Error ? error.message : 'internal error' });
  }
}

async function answer(method: Method, faults: FaultBox, request: unknown): Promise<object> {
  const { fault, ms } = faults.next(method.acting);
  if (fault === 'down' || fault === 'flapping')
    throw new RpcError(status.UNAVAILABLE, 'it is down');
  if (fault === 'refuse') throw new RpcError(status.PERMISSION_DENIED, 'not an administrator');
  const said = method.work(request, fault === 'lying');
  // Unreferenced: an answer that is late on purpose must not keep the process alive.
  if (fault === 'slow') await delay(ms, undefined, { ref: false });
  if (fault === 'error_after_effect') throw new RpcError(status.INTERNAL, 'internal error');
  return said;
}

function serviceOf(definition: AnyDefinition | undefined): ServiceDefinition {
  if (definition === undefined || 'format' in definition) throw new RangeError('no such service');
  return definition;
}

function bound(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
