import { isGrpcServiceError } from '@temporalio/client';
import { Fault } from '../../domain/fault.ts';

/** gRPC status codes of what passes: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const PASSING: readonly number[] = [1, 4, 8, 14];

/** True for an engine that is away or overloaded, and false for one that has said no. */
export function isEngineUnavailable(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause].some((it) => isGrpcServiceError(it) && PASSING.includes(it.code));
}

export function engineUnavailable(cause: unknown): Fault {
  const message = 'The workflow engine does not answer; try again shortly';
  return new Fault('engine_unavailable', message, { retryable: true, cause });
}
