import type { CheckResult } from './baseline-check.ts';

/** Those that do not prove recovery. */
export function unmetIn(results: readonly CheckResult[]): CheckResult[] {
  return results.filter(({ verdict }) => verdict !== 'pass');
}
