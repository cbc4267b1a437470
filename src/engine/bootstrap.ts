import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, type ConnectionLike, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { SEARCH_ATTRIBUTE_KINDS } from '../domain/search-attributes.ts';
import { engineFault } from './engine-fault.ts';

/** What bootstrap needs of a connection; a client's `Connection` and a worker's `NativeConnection` both have it. */
export type EngineConnection = ConnectionLike & Pick<Connection, 'operatorService'>;

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, BOOL: 5 } as const;

/** gRPC status codes, as the gRPC specification numbers them. */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;

/** A service that is still starting. */
const STARTING = [DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE];

/** A part of the service that has not yet heard of the namespace. */
const SPREADING = [...STARTING, NOT_FOUND];

/** The same of a search attribute: a query that names an unknown one is invalid. */
const UNMAPPED = [...SPREADING, INVALID_ARGUMENT];

/** A cluster's services refresh their view of namespaces every ten seconds or so. */
const PATIENCE_MS = 60_000;

/** Below the ten visibility requests a second that a cluster allows a namespace. */
const ASK_EVERY_MS = 200;

const RPC_TIMEOUT_MS = 5_000;
const MS_PER_DAY = 86_400_000;

/**
 * Makes a Temporal service ready for incidents: the namespace exists and keeps closed workflows for `retentionDays`,
 * and the search attributes are registered and usable. Harmless to repeat; the same for the development server and a
 * cluster. Throws Fault `engine_bootstrap_failed`.
 */
export async function bootstrap(
  connection: EngineConnection,
  { namespace, retentionDays }: { namespace: string; retentionDays: number },
): Promise<void> {
  const retention = msToTs(retentionDays * MS_PER_DAY);
  const run = (purpose: string, passing: readonly number[], step: Step) =>
    patiently(purpose, passing, () =>
      connection.withDeadline(Date.now() + RPC_TIMEOUT_MS, () => step(connection, namespace)),
    );
  await run('register the namespace', STARTING, register(retention));
  await run('set the retention', SPREADING, retain(retention));
  await run('register the search attributes', SPREADING, addAttributes);
  await run('find by the search attributes', UNMAPPED, searchByAttributes);
}

type Step = (connection: EngineConnection, namespace: string) => Promise<void>;
type Retention = ReturnType<typeof msToTs>;

const register =
  (retention: Retention): Step =>
  async ({ workflowService }, namespace) => {
    const known = await workflowService.describeNamespace({ namespace }).catch(unless(NOT_FOUND));
    if (known) return;
    await workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
      .catch(unless(ALREADY_EXISTS));
  };

const retain =
  (retention: Retention): Step =>
  async ({ workflowService }, namespace) => {
    const { config } = await workflowService.describeNamespace({ namespace });
    const current = config?.workflowExecutionRetentionTtl?.seconds?.toNumber();
    if (current === retention.seconds?.toNumber()) return;
    await workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
  };

async function addAttributes(
  { operatorService }: EngineConnection,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, number> = {};
  for (const [name, kind] of Object.entries(SEARCH_ATTRIBUTE_KINDS)) {
    const registered = customAttributes?.[name];
    const wanted = INDEXED_VALUE_TYPES[kind];
    if (registered === undefined) missing[name] = wanted;
    else if (registered !== wanted) throw wrongKind(namespace, name, kind);
  }
  if (Object.keys(missing).length === 0) return;
  await operatorService
    .addSearchAttributes({ namespace, searchAttributes: missing })
    .catch(unless(ALREADY_EXISTS));
}

/** Registered is not yet usable: the answer to a search says when the names have reached the frontend. */
async function searchByAttributes(
  { workflowService }: EngineConnection,
  namespace: string,
): Promise<void> {
  const query = Object.keys(SEARCH_ATTRIBUTE_KINDS).map((name) => `${name} IS NULL`);
  await workflowService.countWorkflowExecutions({ namespace, query: query.join(' AND ') });
}

/** Repeats an idempotent step while the service refuses it for a reason that passes. */
async function patiently(
  purpose: string,
  passing: readonly number[],
  step: () => Promise<void>,
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!isGrpcServiceError(error)) throw error;
      if (!passing.includes(error.code) || performance.now() > giveUpAt) {
        throw engineFault('engine_bootstrap_failed', `Temporal did not ${purpose}`, error);
      }
      await sleep(ASK_EVERY_MS);
    }
  }
}

/** For `catch`: the named status is an answer too. */
function unless(code: number): (error: unknown) => undefined {
  return (error) => {
    if (!isGrpcServiceError(error) || error.code !== code) throw error;
  };
}

function wrongKind(namespace: string, name: string, kind: string): Error {
  return engineFault(
    'engine_bootstrap_failed',
    `search attribute ${name} of namespace ${namespace} is not of kind ${kind}, and kinds cannot be changed; ` +
      `set TEMPORAL_NAMESPACE to a namespace of Cordon's own`,
  );
}
