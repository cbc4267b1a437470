import type { TestCase, TestModule, TestSuite } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts tests. A file that does not load, a hook that throws and an error outside of any test are one failure each,
 * and so is a test that never got its turn: it has neither passed nor been left out on purpose.
 */
export function countsOf(modules: Iterable<TestModule>, stray: number): Counts {
  const counts: Counts = { passed: 0, failed: stray, skipped: 0 };
  for (const module of modules) {
    for (const holder of [module, ...module.children.allSuites()]) {
      counts.failed += ownErrors(holder);
    }
    for (const test of module.children.allTests()) counts[verdictOf(test)] += 1;
  }
  return counts;
}

function ownErrors(holder: TestModule | TestSuite): number {
  return holder.errors().length > 0 ? 1 : 0;
}

function verdictOf(test: TestCase): keyof Counts {
  const { state } = test.result();
  return state === 'pending' ? 'failed' : state;
}
