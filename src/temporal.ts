import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from './config.ts';

/** Where the engine is: a given one, or the one that `up` starts. */
export function engineAddress(config: Config): string {
  return config.TEMPORAL_ADDRESS || `127.0.0.1:${config.TEMPORAL_PORT}`;
}

/** By itself gRPC would look for a server that has been away for long only every two minutes. */
const LONGEST_BACKOFF_MS = 1_000;

const CHANNEL = {
  // The engine is ours and near: a proxy meant for the web is not on the way to it.
  'grpc.enable_http_proxy': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': LONGEST_BACKOFF_MS,
};

/**
 * By itself the library would go on for half a minute, and wait up to seconds beyond the caller's deadline before it
 * looks at it again. Who calls tries again for as long as it makes sense.
 */
const RETRIES = defaultGrpcRetryOptions({
  maxAttempts: 5,
  factor: 1,
  initialIntervalMs: () => 100,
});

/**
 * A connection of the native core, which a worker needs, and on which a client of the same process may start
 * workflows eagerly. Throws while there is no engine.
 */
export function connectNative(config: Config): Promise<NativeConnection> {
  // Compression costs more than it saves on a loopback or a local network.
  const grpcCompression = { codec: 'none' } as const;
  return NativeConnection.connect({ address: engineAddress(config), grpcCompression });
}

/** A connection that is made when it is first needed, so that a server starts without an engine. */
export function connectLazily(config: Config): Connection {
  return Connection.lazy({
    address: engineAddress(config),
    channelArgs: CHANNEL,
    interceptors: [makeGrpcRetryInterceptor(RETRIES)],
  });
}

export function clientOn(connection: Connection | NativeConnection, config: Config): Client {
  return new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
}

/**
 * The SDK speaks through our log, and only when something is wrong. Once a process, before anything else of it. `close`
 * ends its native part, which would keep alive a process that has failed before it made a connection.
 */
export function quietEngineLibrary(log: Logger): { close(): Promise<void> } {
  const logger = new DefaultLogger('WARN', ({ level, message, meta = {} }) => {
    if (level === 'ERROR') log.error(meta, message);
    else log.warn(meta, message);
  });
  const runtime = Runtime.install({
    logger,
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  return { close: () => runtime.shutdown() };
}
