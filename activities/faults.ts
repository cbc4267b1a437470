import { ApplicationFailure } from '@temporalio/common';
import { Fault } from '../src/domain/fault.ts';

/** A fault crosses to the workflow as its code; anything else that is thrown is a bug and keeps its stack. */
export function withFaults<Effects extends object>(activities: Effects): Effects {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, translating(run)]);
  return Object.fromEntries(wrapped) as Effects;
}

function translating(run: (request: never) => Promise<unknown>) {
  return async (request: never): Promise<unknown> => {
    try {
      return await run(request);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { message, code, retryable, cause } = error;
      throw ApplicationFailure.create({
        message,
        type: code,
        nonRetryable: !retryable,
        ...(cause instanceof Error ? { cause } : {}),
      });
    }
  };
}
