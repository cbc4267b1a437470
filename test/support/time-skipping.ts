import { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject } from 'vitest';
import { SEARCH_ATTRIBUTE_KINDS } from '../../src/domain/search-attributes.ts';

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, BOOL: 5 } as const;

/** The SDK gives a server five seconds to listen, and ends it then; on a busy machine the next one may be in time. */
const STARTS = 4;

/**
 * A server in which hours of timers pass at once while a result is awaited; ready for our workflows.
 * For `*.skipping.test.ts`. The caller tears it down.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const environment = await launch(STARTS);
  const searchAttributes = Object.fromEntries(
    Object.entries(SEARCH_ATTRIBUTE_KINDS).map(([name, kind]) => [name, INDEXED_VALUE_TYPES[kind]]),
  );
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes,
  });
  return environment;
}

async function launch(starts: number): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: inject('timeSkipping') } as const;
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  } catch (error) {
    if (starts <= 1) throw error;
    return launch(starts - 1);
  }
}
