import { isGrpcServiceError } from '@temporalio/client';
import { Fault } from '../../domain/fault.ts';

/** gRPC status codes of what passes: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE. */
const PASSING: readonly number[] = [1, 4, 8, 14];

/** True for an engine that is away or overloaded, and false for one that has said no. */
export function isEngineUnavailable(error: unknown): boolean {
  return hasStatus(error, PASSING);
}

/** Whether the engine answered with one of these gRPC status codes. */
export function hasStatus(error: unknown, codes: readonly number[]): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause].some((it) => isGrpcServiceError(it) && codes.includes(it.code));
}

export function engineUnavailable(cause: unknown): Fault {
  const message = 'The workflow engine does not answer; try again shortly';
  return new Fault('engine_unavailable', message, { retryable: true, cause });
}
