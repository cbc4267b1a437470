import { Fault } from '../domain/fault.ts';

/** One thing wrong with one policy file. `line` counts from 1; 0 means the file as a whole. */
export interface PolicyProblem {
  file: string;
  line: number;
  reason: string;
}

/** A policy that is refused whole: Fault `invalid_policy`, with everything that is wrong with it. */
export class PolicyError extends Fault {
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super('invalid_policy', sentence(problems), { retryable: false });
    this.name = 'PolicyError';
    this.problems = problems;
  }
}

/** `escalation.yaml:7: windows.x.window: is not a duration (and 2 more)`, the way compilers say it. */
function sentence([first, ...more]: readonly PolicyProblem[]): string {
  if (first === undefined) return 'The policy is invalid';
  const where = first.line === 0 ? first.file : `${first.file}:${first.line}`;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `${where}: ${first.reason}${others}`;
}
