import { TestWorkflowEnvironment } from '@temporalio/testing';
import { inject } from 'vitest';
import { SEARCH_ATTRIBUTE_KINDS } from '../../src/domain/search-attributes.ts';

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, BOOL: 5 } as const;

/**
 * A server in which hours of timers pass at once while a result is awaited; ready for our workflows.
 * For `*.skipping.test.ts`. The caller tears it down.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const executable = { type: 'existing-path', path: inject('timeSkipping') } as const;
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  const searchAttributes = Object.fromEntries(
    Object.entries(SEARCH_ATTRIBUTE_KINDS).map(([name, kind]) => [name, INDEXED_VALUE_TYPES[kind]]),
  );
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes,
  });
  return environment;
}
