import { readFileSync } from 'node:fs';
import {
  Client,
  credentials,
  Metadata,
  status,
  type ChannelCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { fromJSON, type AnyDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import type { z } from 'zod';
import { SPIRE_API, SPIRE_MESSAGES } from '../../../domain/spire-api.ts';
import { below, type Place } from '../../targets/endpoint.ts';
import type { Problem } from '../../targets/problem.ts';
import { createSecretFile } from '../../targets/secret-file.ts';

const API = fromJSON(SPIRE_API, SPIRE_MESSAGES);

/** Calls one method, until the signal fires. Throws what `problemOf` understands. */
export type Rpc = <Schema extends z.ZodType>(
  service: string,
  method: string,
  message: object,
  answer: Schema,
) => Promise<z.infer<Schema>>;

/** An answer that is none. */
class Unreadable extends Error {}

/** One connection for one piece of work: a kept one would first wait for a server that has been away. */
export async function withRpc<T>(
  place: Place,
  home: string,
  signal: AbortSignal,
  work: (rpc: Rpc) => Promise<T>,
): Promise<T | Problem> {
  const client = new Client(addressOf(place, home), credentialsOf(place, home), {
    'grpc.enable_http_proxy': 0,
  });
  try {
    const metadata = await metadataOf(place, home);
    if (metadata === null) return noToken(place);
    return await work(async (service, method, message, answer) => {
      const said = await call(client, methodOf(service, method), message, metadata, signal);
      const parsed = answer.safeParse(said);
      if (!parsed.success) throw new Unreadable(`${method} was answered what makes no sense`);
      return parsed.data;
    });
  } catch (error) {
    const problem = problemOf(error, signal);
    if (problem === null) throw error;
    return problem;
  } finally {
    client.close();
  }
}

/** Whether a call ended with this code. */
export function endedWith(error: unknown, code: number): boolean {
  return isServiceError(error) && error.code === code;
}

function call(
  client: Client,
  { path, requestSerialize, responseDeserialize }: ServiceDefinition[string],
  message: object,
  metadata: Metadata,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const running = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      metadata,
      (error, answer) => {
        signal.removeEventListener('abort', cancel);
        if (error) reject(error);
        else resolve(answer);
      },
    );
    const cancel = () => running.cancel();
    signal.addEventListener('abort', cancel);
  });
}

function methodOf(service: string, method: string): ServiceDefinition[string] {
  const definition = API[service];
  const found = definition && isService(definition) ? definition[method] : undefined;
  if (found === undefined) throw new RangeError(`no method ${service}/${method}`);
  return found;
}

function isService(definition: AnyDefinition): definition is ServiceDefinition {
  return !('format' in definition);
}

function addressOf({ url, unix }: Place, home: string): string {
  if (unix !== undefined) return `unix:${below(home, unix)}`;
  const { protocol, hostname, port } = new URL(url ?? '');
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

function credentialsOf({ url, ca_file }: Place, home: string): ChannelCredentials {
  if (url === undefined || url.startsWith('http:')) return credentials.createInsecure();
  return credentials.createSsl(ca_file === undefined ? null : readFileSync(below(home, ca_file)));
}

/** The server's own socket takes no token; what stands before it on a network may. */
async function metadataOf({ token_file }: Place, home: string): Promise<Metadata | null> {
  const metadata = new Metadata();
  if (token_file === undefined) return metadata;
  const secret = await createSecretFile(below(home, token_file)).read();
  if (secret === undefined) return null;
  metadata.set('authorization', `Bearer ${secret}`);
  return metadata;
}

function noToken({ token_file }: Place): Problem {
  const detail = `no token can be read from ${token_file}`;
  return { reason: 'refused', detail, retryable: false };
}

function problemOf(error: unknown, signal: AbortSignal): Problem | null {
  if (signal.aborted) return { reason: 'timeout', detail: 'no answer in time', retryable: true };
  if (error instanceof Unreadable) {
    return { reason: 'unreadable_state', detail: error.message, retryable: true };
  }
  if (!isServiceError(error)) return null;
  const detail = `the SPIRE server: ${error.details}`;
  if (error.code === status.UNAVAILABLE) return { reason: 'unreachable', detail, retryable: true };
  if (REFUSING.has(error.code)) return { reason: 'refused', detail, retryable: false };
  return { reason: 'http_error', detail, retryable: true };
}

const REFUSING = new Set([status.PERMISSION_DENIED, status.UNAUTHENTICATED]);

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
